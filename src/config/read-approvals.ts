/** Reads the approvals of a folder. */

import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { ConfigError } from "./config-error.ts";
import { type GrantedApproval, parseApproval } from "./parse-approval.ts";
import { readConfigFile } from "./read-config-file.ts";

/** Most files that are read: a hundred workloads with every backup that they may have. */
const MAX_APPROVALS = 800;

/** Reads every approval; none if there is no folder. Fails with `ConfigError` if one cannot be read. */
export function readApprovals(folder: string): GrantedApproval[] {
  const nearby = relative(process.cwd(), folder);
  const shown = nearby.startsWith("..") ? folder : nearby;
  const names = listFiles(folder, shown);
  if (names.length > MAX_APPROVALS) {
    const message = `the folder holds more than ${MAX_APPROVALS} approvals`;
    throw unreadable(shown, message, "remove those of workloads and routes that are gone");
  }
  return names.map((name) => {
    const file = join(shown, name);
    return parseApproval(readConfigFile(join(folder, name), file), file);
  });
}

function listFiles(folder: string, shown: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .sort();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    if (code === "ENOENT") return [];
    throw unreadable(shown, `the folder of approvals cannot be read (${code})`, "check approvals and its permissions");
  }
}

function unreadable(file: string, message: string, mend: string): ConfigError {
  return new ConfigError([{ file, line: 1, column: 1, path: "", message, mend }]);
}
