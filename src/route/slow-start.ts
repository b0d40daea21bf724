/** Lets the load of a backup that takes over rise step by step, because providers punish a sudden rise. */

/** Attempts at the same time that need no slow start, and with which one begins. */
const START_CONCURRENCY = 16;
/** Time without a rate limit after which the limit doubles, in milliseconds. */
const DOUBLING_MS = 5_000;
/** How long a route stays warm after it last had more than `START_CONCURRENCY` attempts in flight, in milliseconds. */
const WARM_MS = 60_000;

/** The rising limit of one route. */
export interface SlowStart {
  /** Whether the limit is below the full one. */
  readonly rising: boolean;
  /** Most attempts at the same time. */
  limit(): number;
  /** A call asks while `inFlightCount` attempts run. Begins a slow start if it comes to a cold backup. */
  asked(inFlightCount: number, asBackup: boolean): void;
  /** `inFlightCount` attempts run now. */
  ran(inFlightCount: number): void;
  /** Begins anew at `fromMs`, by `performance.now()`, if the limit was still rising. */
  rateLimited(fromMs: number): void;
  /** Time until the limit doubles, in milliseconds. */
  msToGrowth(): number;
}

/** Creates the limit of a route whose full limit is `fullLimit`. */
export function createSlowStart(fullLimit: number): SlowStart {
  let startedAtMs: number | undefined;
  let warmAtMs = Number.NEGATIVE_INFINITY;

  const limit = (): number => {
    if (startedAtMs === undefined) return fullLimit;
    const doublingCount = Math.max(0, Math.floor((performance.now() - startedAtMs) / DOUBLING_MS));
    const risen = START_CONCURRENCY * 2 ** doublingCount;
    if (risen < fullLimit) return risen;
    startedAtMs = undefined;
    return fullLimit;
  };

  return {
    limit,
    get rising() {
      return limit() < fullLimit;
    },
    asked(inFlightCount, asBackup) {
      if (!asBackup || inFlightCount < START_CONCURRENCY || startedAtMs !== undefined) return;
      if (performance.now() - warmAtMs >= WARM_MS) startedAtMs = performance.now();
    },
    ran(inFlightCount) {
      if (inFlightCount > START_CONCURRENCY) warmAtMs = performance.now();
    },
    rateLimited(fromMs) {
      if (limit() < fullLimit) startedAtMs = fromMs;
    },
    msToGrowth() {
      if (startedAtMs === undefined) return 0;
      const runMs = performance.now() - startedAtMs;
      return runMs < 0 ? DOUBLING_MS - runMs : DOUBLING_MS - (runMs % DOUBLING_MS);
    },
  };
}
