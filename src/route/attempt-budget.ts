/** Bounds extra attempts on a route, retries and hedges, so that an outage is not answered with more load. */

/** How much is allowed. */
export interface BudgetRates {
  /** Extra attempts allowed as a share of the other attempts in the window. */
  readonly ratio: number;
  /** Extra attempts allowed besides, per second of the window: without them a quiet route could have none. */
  readonly minPerS: number;
}

/** Retries: Finagle's and Linkerd's share; a model is asked about a hundredth as often as their services. */
export const RETRY_RATES: BudgetRates = { ratio: 0.2, minPerS: 1 };

/** Hedges: what is started after the 95th percentile adds at most 5 % of load. At least 1 per 10 s. */
export const HEDGE_RATES: BudgetRates = { ratio: 0.05, minPerS: 0.1 };

/** Length of the window, in seconds. */
const WINDOW_S = 10;

/** Counts of one second. */
interface Slot {
  readonly second: number;
  attemptCount: number;
  extraCount: number;
}

/** A share of the attempts of the last 10 s, and a few besides. */
export interface AttemptBudget {
  /** Counts an attempt, extra ones included. */
  attempted(): void;
  /** Takes one extra attempt; false if none is left. */
  take(): boolean;
}

/** Creates a budget for one route. */
export function createAttemptBudget({ ratio, minPerS }: BudgetRates): AttemptBudget {
  /** The seconds in which something happened, the oldest first; at most `WINDOW_S + 1`. */
  let slots: Slot[] = [];

  const currentSlot = (): Slot => {
    const second = Math.floor(performance.now() / 1000);
    const latest = slots.at(-1);
    if (latest?.second === second) return latest;
    const slot = { second, attemptCount: 0, extraCount: 0 };
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
      let extraCount = 0;
      for (const slot of slots) {
        extraCount += slot.extraCount;
        // The oldest second is only partly inside the window: its extra attempts count, its attempts do not.
        if (slot.second > current.second - WINDOW_S) otherAttemptCount += slot.attemptCount - slot.extraCount;
      }
      const allowedCount = ratio * Math.max(0, otherAttemptCount) + minPerS * WINDOW_S;
      if (extraCount + 1 > allowedCount) return false;
      current.extraCount += 1;
      return true;
    },
  };
}
