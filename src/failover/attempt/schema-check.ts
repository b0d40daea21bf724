/** Checks answers against their schemas, bounded in time and memory. */

import { Worker } from "node:worker_threads";
import type { SchemaJob, SchemaVerdict } from "./schema-worker.ts";
import type { SchemaCheck } from "./verify-answer.ts";

/** A schema of 64 KiB and an answer of 4 MiB take a tenth of this; a regular expression that backtracks takes for ever. */
const MAX_CHECK_MS = 1_000;

/** More than this many answers that wait mean that nothing is checked in time any more. */
const MAX_WAITING = 1_000;

/** Memory of the thread, in MiB. */
const MAX_HEAP_MIB = 128;

const TOO_LONG = `the answer could not be checked against its schema within ${MAX_CHECK_MS} ms`;

export interface SchemaChecker {
  readonly check: SchemaCheck;
  /** Ends the thread. */
  close(): Promise<void>;
}

interface Waiting {
  readonly job: SchemaJob;
  readonly resolve: (fault: string | undefined) => void;
}

/** Creates a checker. Its thread starts with the first check, and again after one that took too long. */
export function createSchemaChecker(): SchemaChecker {
  const waiting: Waiting[] = [];
  let worker: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lastId = 0;

  const startWorker = (): Worker => {
    const file = new URL(
      import.meta.url.endsWith(".ts") ? "./schema-worker.ts" : "./schema-worker.js",
      import.meta.url,
    );
    const started = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB } });
    started.unref();
    started.on("message", ({ id, fault }: SchemaVerdict) => {
      if (waiting[0]?.job.id === id) settle(fault);
    });
    started.on("error", () => {
      if (worker === started) restart("the answer cannot be checked against its schema");
    });
    return started;
  };

  const settle = (fault: string | undefined): void => {
    clearTimeout(timer);
    waiting.shift()?.resolve(fault);
    checkNext();
  };

  const restart = (fault: string): void => {
    void worker?.terminate();
    worker = undefined;
    settle(fault);
  };

  const checkNext = (): void => {
    const [next] = waiting;
    if (next === undefined) return;
    worker ??= startWorker();
    timer = setTimeout(() => restart(TOO_LONG), MAX_CHECK_MS);
    worker.postMessage(next.job);
  };

  return {
    check: (schemaJson, text) =>
      new Promise((resolve) => {
        if (waiting.length >= MAX_WAITING) {
          resolve(TOO_LONG);
          return;
        }
        lastId++;
        waiting.push({ job: { id: lastId, schemaJson, text }, resolve });
        if (waiting.length === 1) checkNext();
      }),
    async close() {
      clearTimeout(timer);
      await worker?.terminate();
    },
  };
}
