/** Tells a burst from an overload. */

/** Over which time it is seen whether more come than start, in milliseconds. */
const TREND_MS = 250;
/** How many come for each that starts when that is too many. Callers that wait for their answers come as they start. */
const TOO_MANY = 1.25;
/** How many more say so at once, in a new line. */
const MANY = 16;
/** After which time a line that never ended is no burst, in milliseconds, although no more come than start. */
const STANDING_MS = 5_000;

/** Whether a line is a burst that passes, or more than can be done. */
export class Trend {
  readonly #burstMs: number;
  #standsSinceMs: number | undefined;
  #cameMs = 0;
  #windowSinceMs = 0;
  #cameCount = 0;
  #startedCount = 0;
  /** Windows in which too many came, less those in which they did not, in milliseconds; from 0 to `#burstMs`. */
  #risenMs = 0;
  #overloaded = false;

  constructor(burstMs: number) {
    this.#burstMs = burstMs;
  }

  came(nowMs: number): void {
    if (nowMs - this.#cameMs > TREND_MS) this.#forget(nowMs); // a pause ends it
    this.#cameMs = nowMs;
    this.#standsSinceMs ??= nowMs;
    this.#cameCount += 1;
  }

  started(): void {
    this.#startedCount += 1;
  }

  emptied(): void {
    this.#standsSinceMs = undefined;
  }

  /** Whether the line has not ended for longer than any burst. */
  isStanding(nowMs: number): boolean {
    return this.#standsSinceMs !== undefined && nowMs - this.#standsSinceMs > STANDING_MS;
  }

  /** Whether more come than start: in the last windows, or by many in the first one. */
  isRising(nowMs: number): boolean {
    this.#look(nowMs);
    if (this.#risenMs > 0) return true;
    const isNew = this.#standsSinceMs !== undefined && nowMs - this.#standsSinceMs <= TREND_MS;
    return isNew && this.#cameCount > TOO_MANY * this.#startedCount + MANY;
  }

  /** Whether more come than start for longer than a burst. What is seen of one window may be an accident. */
  isOverload(nowMs: number): boolean {
    this.#look(nowMs);
    return this.#overloaded;
  }

  #look(nowMs: number): void {
    if (nowMs - this.#windowSinceMs < TREND_MS) return;
    const rises = this.#cameCount > TOO_MANY * this.#startedCount;
    this.#risenMs = Math.min(Math.max(0, this.#risenMs + (rises ? TREND_MS : -TREND_MS)), this.#burstMs);
    if (this.#risenMs === 0) this.#overloaded = false;
    else if (this.#risenMs === this.#burstMs) this.#overloaded = true;
    this.#openWindow(nowMs);
  }

  #forget(nowMs: number): void {
    this.#risenMs = 0;
    this.#overloaded = false;
    this.#openWindow(nowMs);
  }

  #openWindow(nowMs: number): void {
    this.#windowSinceMs = nowMs;
    this.#cameCount = 0;
    this.#startedCount = 0;
  }
}
