/** Runs a program until the end of the test. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import type { Command } from "./built-clients.ts";

export interface Ended {
  /** Null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves with the first match in what was printed to stdout; rejects if the program ends without one. */
  readonly prints: (pattern: RegExp) => Promise<string>;
}

export interface StartOptions {
  /** What is piped in. Default nothing. */
  readonly input?: string;
  readonly cwd?: string;
  /** Added to the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program. */
export function startProgram(command: Command, args: readonly string[], options: StartOptions = {}): Program {
  const [program, ...first] = command;
  const { input = "", cwd = ".", env = {} } = options;
  const child = spawn(program, [...first, ...args], { cwd, env: { ...process.env, ...env } });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (printed.stderr += text));
  child.stdin.on("error", () => {}); // a program that fails early does not read its input
  child.stdin.end(input);
  const ended = once(child, "close").then((): Ended => ({ code: child.exitCode, ...printed }));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const prints = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(printed.stdout);
      if (match !== null) return match[1] ?? match[0];
      if (child.stdout.readableEnded) throw new Error(`ended without printing ${pattern}: ${printed.stderr}`);
      await Promise.race([once(child.stdout, "data"), ended]);
    }
  };
  return { child, ended, prints };
}
