/** Runs the command line in a process of its own. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("entry.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in. Default nothing. */
  readonly input?: string;
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout holds `text`. */
  readonly shows: (text: string) => Promise<void>;
}

export function startUnderstudy(args: readonly string[], { env = {}, input = "" }: StartOptions = {}): Started {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [entry, ...args], { env: { PATH, HOME, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on("error", () => {}); // a command that needs no input does not read it
  child.stdin.end(input);
  const ended = once(child, "close").then((): Ended => ({ code: child.exitCode, stdout, stderr }));
  return {
    child,
    ended,
    shows: async (text) => {
      while (!stdout.includes(text)) await once(child.stdout, "data");
    },
  };
}

export function runUnderstudy(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return startUnderstudy(args, options).ended;
}
