/** A process of the bench. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { Reply } from "./answer-parent.ts";
import type { Use, UseQuestion } from "./probe.ts";

/** Longest wait for a process to start or to end. */
const CHANGE_TIMEOUT_MS = 20_000;

/** Longest wait for an answer: the longest round takes a few seconds, on a busy machine some more. */
const ANSWER_TIMEOUT_MS = 60_000;

const probe = new URL("probe.ts", import.meta.url).href;

export interface ChildOptions {
  /** The script, relative to this folder. */
  readonly script: string;
  readonly args: readonly string[];
  /** Folder for a CPU profile, written when the process ends; none without. */
  readonly profileFolder?: string | undefined;
}

/** Runs a script with the probe, and asks it questions. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #questions = 0;

  constructor({ script, args, profileFolder }: ChildOptions) {
    this.#name = script;
    const profiling = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
    const flags = ["--disable-warning=ExperimentalWarning", "--expose-gc", ...profiling, "--import", probe];
    this.#process = spawn(process.execPath, [...flags, fileURLToPath(new URL(script, import.meta.url)), ...args], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    // Three questions may wait at the same time, each with its own listeners.
    this.#process.setMaxListeners(20);
  }

  /** Resolves with the URL when the process says that it listens. */
  url(): Promise<string> {
    return this.#within(CHANGE_TIMEOUT_MS, "did not say where it listens", (resolve) => {
      if (this.#process.stdout === null) throw new Error(`${this.#name} has no output`);
      const lines = createInterface(this.#process.stdout);
      const onLine = (line: string): void => {
        const url = /^listening on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      };
      lines.on("line", onLine);
      return () => lines.off("line", onLine);
    });
  }

  /** Asks a question. Rejects if the process cannot answer, is gone or takes too long. */
  ask<Answer>(question: { readonly kind: string; readonly [field: string]: unknown }): Promise<Answer> {
    const id = ++this.#questions;
    return this.#within(ANSWER_TIMEOUT_MS, "did not answer in time", (resolve, reject) => {
      const onMessage = (reply: Reply<Answer>): void => {
        if (reply.id !== id) return;
        if ("fault" in reply) reject(`failed: ${reply.fault}`);
        else resolve(reply.answer);
      };
      this.#process.on("message", onMessage);
      if (this.#process.connected) this.#process.send({ ...question, id });
      return () => this.#process.off("message", onMessage);
    });
  }

  /** What the process has used so far. */
  use(collect = false): Promise<Use> {
    return this.ask<Use>({ kind: "use", collect } satisfies Omit<UseQuestion, "id">);
  }

  /** Ends the process, and resolves when it has ended. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const exited = once(this.#process, "exit");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), CHANGE_TIMEOUT_MS);
    if (this.#process.connected) this.#process.disconnect();
    else this.#process.kill("SIGKILL");
    await exited;
    clearTimeout(timer);
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Waits for what `begin` waits for, as long as the process lives. `begin` returns how to stop waiting. */
  #within<Result>(
    timeoutMs: number,
    complaint: string,
    begin: (resolve: (result: Result) => void, reject: (complaint: string) => void) => () => void,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const fail = (text: string): void => reject(new Error(`${this.#name} ${text}`));
    const onExit = (): void => fail(`has ended with ${this.#process.exitCode ?? this.#process.signalCode}`);
    if (this.#ended) onExit();
    this.#process.once("exit", onExit);
    const timer = setTimeout(() => fail(complaint), timeoutMs);
    const stop = begin(resolve, fail);
    return promise.finally(() => {
      stop();
      clearTimeout(timer);
      this.#process.off("exit", onExit);
    });
  }
}
