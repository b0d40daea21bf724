/** Checks answers against their schemas in a pool of threads, bounded in time, memory and number. */

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { MAX_HELD_BYTES } from "../engine-limits.ts";
import type { SchemaJob, SchemaVerdict } from "./schema-worker.ts";
import type { SchemaCheck } from "./verify-answer.ts";

/** How much of the machine the checks may take: the schemas, and what the answers make of them, are not ours. */
export interface SchemaCheckLimits {
  /** Of one check from when it runs, in milliseconds. */
  readonly timeoutMs: number;
  /** Checks that wait for a thread. */
  readonly maxWaiting: number;
  readonly maxThreads: number;
  /** Memory of a thread, in MiB. */
  readonly maxHeapMib: number;
}

export const SCHEMA_CHECK_LIMITS: SchemaCheckLimits = {
  // A schema of 64 KiB and an answer of 4 MiB take a tenth of it; a regular expression that backtracks takes for ever.
  timeoutMs: 1_000,
  // More than this many mean that nothing is checked in time any more.
  maxWaiting: 1_000,
  // One that hangs must not stop the others, on the smallest machine either. The other processors are for the calls.
  maxThreads: Math.min(Math.max(2, availableParallelism() >> 1), 8),
  // An answer of 4 MiB takes up to 80 when it is read.
  maxHeapMib: 128,
};

/** How long a thread beyond the first stays without work, in milliseconds: starting another takes a tenth of a second. */
const IDLE_TIMEOUT_MS = 60_000;

const UNCHECKABLE = "the answer cannot be checked against its schema";

export interface SchemaChecker {
  readonly check: SchemaCheck;
  /** Ends the threads, and with them the checks that run or wait. */
  close(): Promise<void>;
}

/** Creates a checker. One thread starts at once in the background, more when checks wait; none keeps the process alive. */
export function createSchemaChecker(limits: SchemaCheckLimits = SCHEMA_CHECK_LIMITS): SchemaChecker {
  const { timeoutMs, maxWaiting } = limits;
  const pool = startPool(limits);
  return {
    async check(schemaJson, text) {
      // Reading JSON does not stop at the limit of a thread's memory: far beyond it, the whole process would end.
      if (text.length > MAX_HELD_BYTES) return UNCHECKABLE;
      if (pool.queueSize >= maxWaiting) return describeVerdict({ kind: "timed-out" }, timeoutMs);
      return pool.run({ schemaJson, text, timeoutMs }).then(
        (verdict) => describeVerdict(verdict, timeoutMs),
        () => UNCHECKABLE, // the thread's memory did not suffice, or the pool was closed
      );
    },
    close: () => pool.destroy(),
  };
}

function startPool({ maxThreads, maxHeapMib }: SchemaCheckLimits): Piscina<SchemaJob, SchemaVerdict> {
  const file = import.meta.url.endsWith(".ts") ? "./schema-worker.ts" : "./schema-worker.js";
  const pool = new Piscina<SchemaJob, SchemaVerdict>({
    filename: new URL(file, import.meta.url).href,
    name: "judgeAnswer",
    minThreads: 1,
    maxThreads,
    idleTimeout: IDLE_TIMEOUT_MS,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMib },
    recordTiming: false,
    stricterFIFO: true, // without it, a check that finds no free thread goes back to the end of the queue
  });
  // A thread that ends while it checks nothing harms nobody: the pool starts another.
  pool.on("error", () => {});
  return pool;
}

function describeVerdict(verdict: SchemaVerdict, timeoutMs: number): string | undefined {
  switch (verdict.kind) {
    case "fits":
      return undefined;
    case "broken":
      return `the answer breaks its schema: ${verdict.keyword} ${describeDepth(verdict.depth)}`;
    case "timed-out":
      return `the answer could not be checked against its schema within ${timeoutMs} ms`;
    case "uncheckable":
      return UNCHECKABLE;
  }
}

function describeDepth(depth: number): string {
  if (depth === 0) return "at its top";
  return depth === 1 ? "1 level down" : `${depth} levels down`;
}
