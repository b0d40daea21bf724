/** Reads samples: one a line, as JSON. */

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Sample, SampleSchema } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** Most samples of one comparison. */
export const MAX_SAMPLES = 1_000;

/** Reads the lines of a file; empty ones are passed over. Throws an error that names the line. */
export function parseSamples(text: string): Sample[] {
  const samples = text.split("\n").flatMap((line, index): Sample[] => {
    if (line.trim() === "") return [];
    return [parseSample(line, index + 1)];
  });
  if (samples.length > MAX_SAMPLES) throw new Error(`there are more than ${MAX_SAMPLES} samples`);
  return samples;
}

function parseSample(line: string, number: number): Sample {
  let found = "is not JSON";
  try {
    const value: JsonValue = JSON.parse(line);
    found = "is not a sample";
    return fromJson(SampleSchema, value);
  } catch (error) {
    // The libraries' messages quote what they found, which may be a part of a prompt.
    throw new Error(`line ${number} ${found}`, { cause: error });
  }
}
