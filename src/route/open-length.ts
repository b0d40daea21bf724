/** How long a breaker stays open. */

/** First time open, in milliseconds: about as long as a restart takes. */
const BASE_OPEN_MS = 10_000;

/** Longest time open, in milliseconds: a route that works again serves again within it. */
const MAX_OPEN_MS = 30_000;

/** The part by which a length is varied in both directions, so that servers do not probe in step. */
const JITTER = 0.2;

/**
 * How long a breaker must have been closed for its recovery to count as held, in milliseconds: a whole window of
 * verdicts. One that opens again sooner is open for twice as long as before.
 */
const HELD_RECOVERY_MS = 60_000;

/** Lengths of the openings of one breaker: 10 s, doubled to at most 30 s until a recovery held, +-20 %. */
export interface OpenLength {
  /** Length of an opening that begins now, in milliseconds. */
  next(): number;
  /** An opening began. */
  opened(): void;
  /** The breaker closed. */
  closed(): void;
  /** Forgets what was. */
  reset(): void;
}

/** Creates the lengths of a breaker that was never open. `random` gives numbers from 0 to below 1. */
export function createOpenLength(random: () => number): OpenLength {
  let openingCount = 0;
  let closedAtMs: number | undefined;
  const held = (): boolean => closedAtMs !== undefined && performance.now() - closedAtMs >= HELD_RECOVERY_MS;
  return {
    next() {
      const doubled = BASE_OPEN_MS * 2 ** (held() ? 0 : openingCount);
      return Math.min(doubled * (1 - JITTER + 2 * JITTER * random()), MAX_OPEN_MS);
    },
    opened() {
      openingCount = held() ? 1 : openingCount + 1;
      closedAtMs = undefined;
    },
    closed() {
      closedAtMs = performance.now();
    },
    reset() {
      openingCount = 0;
      closedAtMs = undefined;
    },
  };
}
