/** Runs a command to its end, as a user does in a folder of their own. */

import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Longest time of a command, in milliseconds: an installation fetches packages. */
const MAX_TOOL_MS = 240_000;

/** What npm tells the scripts of this repository, and its commands on the PATH, would lead a command back here. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^npm_(config_local_prefix|package_|lifecycle_)|^(INIT_CWD|NODE_OPTIONS|NODE_ENV|VITEST.*)$/u;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

/** Resolves with both outputs. Rejects if the exit code is not 0; the message has what was printed on stderr. */
export async function runTool(
  folder: string,
  command: string,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  return execute(command, args, {
    cwd: folder,
    env: cleanEnvironment(),
    timeout: MAX_TOOL_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
}
