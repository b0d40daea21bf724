/** Lets a route rest after a rate limit. */

import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { LONGEST_REST_MS } from "../call/upstream-failure.ts";
import type { Hold } from "./hold.ts";

/** Shortest rest, in milliseconds: an upstream that says 0 would be asked again in the same tick. */
const MIN_REST_MS = 250;
/** First rest where the upstream names no length, in milliseconds. */
const BACKOFF_BASE_MS = 5_000;
/** Longest rest where the upstream names no length, in milliseconds: the usual window of a rate limit. */
const BACKOFF_MAX_MS = 60_000;
/** The part by which a rest is varied, upwards only: to come back sooner than asked is another 429. */
const JITTER = 0.1;

/** The rest of a route. It never gets shorter. */
export interface Cooldown {
  /** Why the route rests now. */
  hold(): Hold | undefined;
  /** Rests for `retryAfterMs` milliseconds, clamped to 250 ms to 15 min; without a length by backoff, 5 s to 60 s. */
  rest(retryAfterMs: number | undefined, cause: string): void;
  /** An attempt succeeded that was admitted at `admittedAtMs`, by `performance.now()`: the backoff begins anew. */
  succeeded(admittedAtMs: number): void;
  /** Ends the rest. */
  end(): void;
}

/** Creates the rest of a route that does not rest. `random` gives numbers from 0 to below 1. */
export function createCooldown(random: () => number): Cooldown {
  let untilMs = Number.NEGATIVE_INFINITY;
  let cause = "";
  let backoffCount = 0;
  const resting = (): boolean => performance.now() < untilMs;

  /** Length by backoff. Attempts that run into the same limit together count once. */
  const backoffMs = (): number => {
    if (!resting()) backoffCount += 1;
    return Math.min(BACKOFF_BASE_MS * 2 ** Math.max(0, backoffCount - 1), BACKOFF_MAX_MS);
  };

  return {
    hold() {
      return resting() ? { reason: SkipReason.COOLING_DOWN, cause, untilMs, probing: false } : undefined;
    },
    rest(retryAfterMs, newCause) {
      const known = retryAfterMs !== undefined && !Number.isNaN(retryAfterMs);
      const restMs = known ? Math.min(Math.max(retryAfterMs, MIN_REST_MS), LONGEST_REST_MS) : backoffMs();
      const newUntilMs = performance.now() + restMs * (1 + JITTER * random());
      if (newUntilMs <= untilMs) return;
      untilMs = newUntilMs;
      cause = newCause;
    },
    succeeded(admittedAtMs) {
      if (admittedAtMs >= untilMs) backoffCount = 0;
    },
    end() {
      untilMs = Number.NEGATIVE_INFINITY;
      backoffCount = 0;
    },
  };
}
