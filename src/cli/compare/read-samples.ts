/** Reads the samples of a comparison from a file. */

import { readFileSync } from "node:fs";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Sample, SampleSchema } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { UsageFault } from "../exit-code.ts";

/** Reads one sample a line; empty lines are passed over. Fails with `UsageFault` that names the line. */
export function readSamples(file: string): Sample[] {
  const samples = readText(file)
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [parseSample(line, `${file}:${index + 1}`)]));
  if (samples.length === 0) throw new UsageFault(`${file} has no samples: write some with understudy compare init`);
  return samples;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UsageFault(`${file} cannot be read (${code})`);
  }
}

function parseSample(line: string, at: string): Sample {
  let value: JsonValue;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageFault(`${at} is not JSON`);
  }
  try {
    return fromJson(SampleSchema, value);
  } catch (error) {
    throw new UsageFault(`${at} is not a sample: ${error instanceof Error ? error.message : String(error)}`);
  }
}
