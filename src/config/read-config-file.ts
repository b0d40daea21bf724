/** Reads a configuration file from disk. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ConfigError } from "./config-error.ts";
import { MAX_CONFIG_CHARACTERS } from "./parse-yaml.ts";

/** Text of the file, which is shown as `file` in messages. Fails with `ConfigError` if it cannot be read. */
export function readConfigFile(path: string, file = path): string {
  const bytes = readBounded(path, file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, "the file is not UTF-8 text", "save it as UTF-8");
  }
}

function readBounded(path: string, file: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    if (fstatSync(descriptor).isDirectory()) throw unreadable(file, "this is a directory", "name the file in it");
    // One byte more than is allowed tells a file that is too large, also where it has no size, as a pipe.
    const buffer = Buffer.alloc(MAX_CONFIG_CHARACTERS + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count) {
      count = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    if (length === buffer.length)
      throw unreadable(file, "the file is larger than 1 MiB", "check that this is the right file");
    return buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw unreadable(
      file,
      `the file cannot be read (${code})`,
      "check --config, UNDERSTUDY_CONFIG and its permissions",
    );
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function unreadable(file: string, message: string, mend: string): ConfigError {
  return new ConfigError([{ file, line: 1, column: 1, path: "", message, mend }]);
}
