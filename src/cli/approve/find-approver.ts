/** Finds out who approves. */

import { execFileSync } from "node:child_process";

/** Longest wait for Git in milliseconds: it reads a small file. */
const GIT_TIMEOUT_MS = 2_000;

/** `$USER`, else the name that Git commits with; undefined if there is neither. */
export function findApprover(): string | undefined {
  return process.env["USER"] || askGit() || undefined;
}

function askGit(): string | undefined {
  try {
    return execFileSync("git", ["config", "user.name"], {
      encoding: "utf8",
      timeout: GIT_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
