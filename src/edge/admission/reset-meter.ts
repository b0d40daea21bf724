/** Counts exchanges that clients break off, and tells when there are too many. */

/** How many may be broken off. */
export interface ResetAllowance {
  /** At once. */
  readonly burst: number;
  /** Per second, for ever. */
  readonly perSecond: number;
}

/**
 * Of a connection without a key: measured harmless to others, and far more than a browser that reloads a page.
 */
export const STRANGER_RESETS: ResetAllowance = { burst: 1_000, perSecond: 100 };

/**
 * Of a caller over all its connections: as many as may run at once by default leave at once, and more than can begin leave
 * all the time.
 */
export const CALLER_RESETS: ResetAllowance = { burst: 5_000, perSecond: 1_000 };

/** A bucket that resets drain, and time fills. */
export class ResetMeter {
  readonly #allowance: ResetAllowance;
  #left: number;
  #filledAtMs: number;

  constructor(allowance: ResetAllowance) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#filledAtMs = performance.now();
  }

  /** Whether the allowance is used up. */
  get isEmpty(): boolean {
    this.#fill();
    return this.#left < 1;
  }

  /** Counts one. */
  count(): void {
    this.#fill();
    this.#left = Math.max(0, this.#left - 1);
  }

  #fill(): void {
    const { burst, perSecond } = this.#allowance;
    const nowMs = performance.now();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#filledAtMs) / 1_000) * perSecond);
    this.#filledAtMs = nowMs;
  }
}
