/** Reads a sample set that the configuration names. */

import { readFile, stat } from "node:fs/promises";
import type { Sample } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { parseSamples } from "./parse-samples.ts";

/** Largest file, as large as the largest request that could carry the samples. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads the samples of a file, anew for each comparison. Throws an error that says what is wrong, without its path. */
export async function readSampleSet(path: string): Promise<Sample[]> {
  const text = await readText(path);
  return parseSamples(text);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path, "utf8");
  } catch (error) {
    throw new Error("its file cannot be read", { cause: error });
  }
  throw new Error(`its file is larger than ${MAX_BYTES} bytes`);
}
