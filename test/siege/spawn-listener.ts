/** A process that says on stdout where it listens. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface Spawned {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What it wrote to stderr so far. */
  readonly log: () => string;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** Ends it, also when it is stopped. */
  stop(): Promise<void>;
}

export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a process and waits until it listens. */
export async function spawnListener({ command, args, env = {} }: SpawnOptions): Promise<Spawned> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (printed.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (printed.stderr += text));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  for (;;) {
    const url = /^listening on (\S+)$/mu.exec(printed.stdout)?.[1];
    if (url !== undefined) return { child, url, log: () => printed.stderr, ended, stop };
    if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended at its start: ${printed.stderr}`);
    await Promise.race([once(child.stdout, "data"), ended]);
  }
}
