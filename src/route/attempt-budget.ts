/** Bounds the further attempts on the same route, so that an outage is not answered with more load. */

/** Retries allowed as a share of the other attempts in the window. */
const RETRY_RATIO = 0.2;
/** Retries allowed besides, per second of the window: without them a quiet route could never retry. */
const MIN_RETRIES_PER_S = 1;
/** Length of the window, in seconds. */
const WINDOW_S = 10;

/** Counts of one second. */
interface Slot {
  readonly second: number;
  attemptCount: number;
  retryCount: number;
}

/** 20 % of the attempts of the last 10 s, and one a second. */
export interface RetryBudget {
  /** Counts an attempt, retries included. */
  attempted(): void;
  /** Takes one retry; false if none is left. */
  take(): boolean;
}

/** Creates a budget for one route. */
export function createRetryBudget(): RetryBudget {
  /** The seconds in which something happened, the oldest first; at most `WINDOW_S + 1`. */
  let slots: Slot[] = [];

  const currentSlot = (): Slot => {
    const second = Math.floor(performance.now() / 1000);
    const latest = slots.at(-1);
    if (latest?.second === second) return latest;
    const slot = { second, attemptCount: 0, retryCount: 0 };
    slots = [...slots.filter((older) => older.second >= second - WINDOW_S), slot];
    return slot;
  };

  return {
    attempted() {
      currentSlot().attemptCount += 1;
    },
    take() {
      const current = currentSlot();
      let otherAttemptCount = 0;
      let retryCount = 0;
      for (const slot of slots) {
        retryCount += slot.retryCount;
        // The oldest second is only partly inside the window: its retries count, its attempts do not.
        if (slot.second > current.second - WINDOW_S) otherAttemptCount += slot.attemptCount - slot.retryCount;
      }
      const allowedCount = RETRY_RATIO * Math.max(0, otherAttemptCount) + MIN_RETRIES_PER_S * WINDOW_S;
      if (retryCount + 1 > allowedCount) return false;
      current.retryCount += 1;
      return true;
    },
  };
}
