/** Checks answers against their schemas in a pool of threads, bounded in time, memory and number. */

import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { MAX_HELD_BYTES } from "../engine-limits.ts";
import { SchemaLanes } from "./schema-lanes.ts";
import type { SchemaJob, SchemaVerdict } from "./schema-worker.ts";
import type { Finding, SchemaCheck } from "./verify-answer.ts";

/** How much of the machine the checks may take: the schemas, and what the answers make of them, are not ours. */
export interface SchemaCheckLimits {
  /** From then on a check takes long, in milliseconds from when it runs. */
  readonly quickMs: number;
  /** Of one check from when it runs, in milliseconds. */
  readonly timeoutMs: number;
  /** Checks that wait for a thread, in each lane. */
  readonly maxWaiting: number;
  /** Those of one tenant among them. */
  readonly maxWaitingOfOne: number;
  readonly maxThreads: number;
  /** Memory of a thread, in MiB. */
  readonly maxHeapMib: number;
}

export const SCHEMA_CHECK_LIMITS: SchemaCheckLimits = {
  // A hundred times what a usual check takes.
  quickMs: 100,
  // A schema of 64 KiB and an answer of 4 MiB take a tenth of it; a regular expression that backtracks takes for ever.
  timeoutMs: 1_000,
  // More than this many mean that nothing is checked in time any more.
  maxWaiting: 1_000,
  maxWaitingOfOne: 250,
  // One that hangs must not stop the others, on the smallest machine either. The other processors are for the calls.
  maxThreads: Math.min(Math.max(2, availableParallelism() >> 1), 8),
  // An answer of 4 MiB takes up to 80 when it is read.
  maxHeapMib: 128,
};

/** How long a thread beyond the first stays without work, in milliseconds: starting another takes a tenth of a second. */
const IDLE_TIMEOUT_MS = 60_000;

const UNCHECKABLE: Finding = { kind: "fault", message: "the answer cannot be checked against its schema" };

export interface SchemaChecker {
  readonly check: SchemaCheck;
  /** Resolves when the first check would not have to wait for a thread to start. */
  readonly ready: Promise<void>;
  /** Ends the threads, and with them the checks that run or wait. */
  close(): Promise<void>;
}

/** Creates a checker. Two threads start at once, more when checks wait; none keeps the process alive. */
export function createSchemaChecker(limits: SchemaCheckLimits = SCHEMA_CHECK_LIMITS): SchemaChecker {
  const { timeoutMs, maxThreads } = limits;
  const pool = startPool(limits);
  const lanes = new SchemaLanes({ ...limits, maxRunning: maxThreads });
  return {
    async check(schemaJson, text, tenant) {
      // Reading JSON does not stop at the limit of a thread's memory: far beyond it, the whole process would end.
      if (text.length > MAX_HELD_BYTES) return UNCHECKABLE;
      const job = makeJob(schemaJson, text);
      const check = {
        run: (signal: AbortSignal) => {
          Atomics.store(job.begunAtNs, 0, 0n);
          return pool.run(job, { signal });
        },
        ranMs: () => sinceMs(Atomics.load(job.begunAtNs, 0)),
      };
      // It fails if the thread's memory did not suffice, or the pool was closed.
      const verdict = await lanes.check(tenant, check).catch(() => "failed" as const);
      return verdict === "failed" ? UNCHECKABLE : describeVerdict(verdict, timeoutMs);
    },
    ready: Promise.allSettled([1, 2].map(() => pool.run(makeJob("{}", "0")))).then(() => undefined),
    close: () => pool.destroy(),
  };
}

function makeJob(schemaJson: string, text: string): SchemaJob {
  return { schemaJson, text, begunAtNs: new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) };
}

/** The time since an instant by `process.hrtime`, which all threads share; undefined for 0. */
function sinceMs(atNs: bigint): number | undefined {
  return atNs === 0n ? undefined : Number(process.hrtime.bigint() - atNs) / 1e6;
}

function startPool({ maxThreads, maxHeapMib }: SchemaCheckLimits): Piscina<SchemaJob, SchemaVerdict> {
  const file = import.meta.url.endsWith(".ts") ? "./schema-worker.ts" : "./schema-worker.js";
  const pool = new Piscina<SchemaJob, SchemaVerdict>({
    filename: new URL(file, import.meta.url).href,
    name: "judgeAnswer",
    minThreads: Math.min(2, maxThreads),
    maxThreads,
    idleTimeout: IDLE_TIMEOUT_MS,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMib },
    recordTiming: false,
  });
  // A thread that ends while it checks nothing harms nobody: the pool starts another.
  pool.on("error", () => {});
  return pool;
}

function describeVerdict(verdict: SchemaVerdict | undefined, timeoutMs: number): Finding {
  if (verdict === undefined) {
    const message = `the answer could not be checked against its schema within ${timeoutMs} ms`;
    return { kind: "fault", message };
  }
  switch (verdict.kind) {
    case "fits":
      return verdict;
    case "broken": {
      const message = `the answer breaks its schema: ${verdict.keyword} ${describeDepth(verdict.depth)}`;
      return { kind: "fault", message };
    }
    case "unchecked": {
      const { leftOut } = verdict;
      const how = leftOut.length === 0 ? "cannot be checked" : `was checked without ${leftOut.join(" and ")}`;
      return { kind: "unchecked", message: `its schema ${how}` };
    }
  }
}

function describeDepth(depth: number): string {
  if (depth === 0) return "at its top";
  return depth === 1 ? "1 level down" : `${depth} levels down`;
}
