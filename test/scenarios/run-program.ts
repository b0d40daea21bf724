/** Runs the program as a user does: the real `bin/understudy.mjs` in a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/understudy.mjs", import.meta.url));

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Ended extends Printed {
  /** Null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  readonly child: ChildProcess;
  /** What was printed so far. */
  readonly printed: Readonly<Printed>;
  readonly ended: Promise<Ended>;
}

/** Starts the program. `env` is added to the little that every program needs. */
export function runProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (printed.stderr += text));
  const ended = once(child, "close").then(
    (): Ended => ({ code: child.exitCode, signal: child.signalCode, ...printed }),
  );
  return { child, printed, ended };
}
