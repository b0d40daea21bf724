/** Lets work in, a little in each turn of the event loop, and sheds what would only make everybody late. */

/** Something that waits to be let in. */
export interface Newcomer {
  /** Nobody waits for it any more: it is dropped before it runs. */
  readonly isGone: () => boolean;
  start(): void;
  /** There is too much to do. */
  shed(): void;
}

/** How long a line may get. */
export interface QueueLimits {
  /** Most newcomers that start in one turn. */
  readonly startsPerTurn: number;
  /** Most that wait after a burst. */
  readonly maxWaiting: number;
  /** Most that wait while more come than start. */
  readonly maxWaitingOverloaded: number;
  /** Longest wait, in milliseconds. */
  readonly patienceMs: number;
  /** How long a line must stand, in milliseconds, until it is more than a burst. */
  readonly burstMs: number;
}

/**
 * The line of calls. Eight calls take about as many milliseconds, so a turn stays short for the answers that run.
 * A burst as large as `max_concurrent_calls` waits for its turn; where more come than start for half a second, waiting
 * serves nobody, and the calls of one turn are all that keeps the server busy. Ten seconds is as long as a connection
 * may take to say what it wants.
 */
export const CALL_QUEUE_LIMITS: QueueLimits = {
  startsPerTurn: 8,
  maxWaiting: 4_000,
  maxWaitingOverloaded: 8,
  patienceMs: 10_000,
  burstMs: 500,
};

/** From how many that wait on, the newest come first: the oldest are the least likely to be still wanted. */
const FAIR_LENGTH = 16;
/** Over which time it is seen whether more come than start, in milliseconds. */
const TREND_MS = 250;
/** Most that are shed in one turn, so that shedding does not hold up the rest. */
const SHEDS_PER_TURN = 64;
/**
 * How long newcomers are only counted while connections come, in milliseconds. The event loop accepts one connection in
 * a turn. With calls in each turn the others would wait in the system's own line, where nobody sees or sheds them.
 */
const COUNTING_MS = 10;

export interface AdmissionQueue {
  /** Starts a newcomer, now or in one of the next turns, or sheds it. */
  enter(newcomer: Newcomer): void;
  /** A connection was accepted, and more may wait: they are accepted first. */
  arriving(): void;
  /** Whether somebody who comes now would be shed. Whoever asks has come, and does not enter then. */
  turnsAway(): boolean;
  /** How many wait. */
  readonly waitingCount: number;
}

interface Waiting {
  readonly newcomer: Newcomer;
  readonly sinceMs: number;
}

/**
 * Creates a queue. In a quiet server everything starts at once. Newest first under pressure is the adaptive LIFO, and
 * the short line of an overload the controlled delay, of B. Maurer, Fail at Scale (ACM Queue 13, 8).
 */
export function createAdmissionQueue(limits: QueueLimits): AdmissionQueue {
  // Oldest first. Taken from both ends.
  const line: Waiting[] = [];
  const trend = new Trend(limits.burstMs);
  let startsLeft = limits.startsPerTurn;
  let turnIsCounted = false;
  let isArriving = false;
  let startedMs = 0;

  const countTurn = (): void => {
    if (turnIsCounted) return;
    turnIsCounted = true;
    setImmediate(nextTurn);
  };
  const nextTurn = (): void => {
    turnIsCounted = false;
    startsLeft = limits.startsPerTurn;
    const counts = isArriving;
    isArriving = false;
    if (line.length === 0) return;
    const nowMs = performance.now();
    shedOld(nowMs);
    if (counts && nowMs - startedMs < COUNTING_MS) return countTurn();
    startedMs = nowMs;
    while (startsLeft > 0) {
      const next = line.length > FAIR_LENGTH ? line.pop() : line.shift();
      if (next === undefined) break;
      if (next.newcomer.isGone()) continue;
      startsLeft -= 1;
      trend.started();
      next.newcomer.start();
    }
    if (line.length === 0) trend.emptied();
    countTurn();
  };
  const shedOld = (nowMs: number): void => {
    const maxWaiting = trend.isOverload(nowMs) ? limits.maxWaitingOverloaded : limits.maxWaiting;
    for (let shedCount = 0; shedCount < SHEDS_PER_TURN; ) {
      const oldest = line[0];
      if (oldest === undefined) return;
      const isLate = line.length > maxWaiting || nowMs - oldest.sinceMs > limits.patienceMs;
      if (!isLate && !oldest.newcomer.isGone()) return;
      line.shift();
      if (oldest.newcomer.isGone()) continue;
      oldest.newcomer.shed();
      shedCount += 1;
    }
  };

  const isFull = (nowMs: number): boolean => trend.isOverload(nowMs) && line.length >= limits.maxWaitingOverloaded;

  return {
    turnsAway() {
      const nowMs = performance.now();
      const turnsAway = line.length > 0 && isFull(nowMs);
      if (turnsAway) trend.came(nowMs);
      return turnsAway;
    },
    arriving() {
      isArriving = true;
      countTurn();
    },
    get waitingCount() {
      return line.length;
    },
    enter(newcomer) {
      countTurn();
      if (line.length === 0 && startsLeft > 0 && !isArriving) {
        startsLeft -= 1;
        return newcomer.start();
      }
      const nowMs = performance.now();
      trend.came(nowMs);
      if (isFull(nowMs) || line.length >= limits.maxWaiting + SHEDS_PER_TURN) return newcomer.shed();
      line.push({ newcomer, sinceMs: nowMs });
    },
  };
}

/** Whether a line that stands is a burst that passes, or more than can be done. */
class Trend {
  readonly #burstMs: number;
  #standsSinceMs: number | undefined;
  #cameMs = 0;
  #windowSinceMs = 0;
  #cameCount = 0;
  #startedCount = 0;
  #overloaded = false;

  constructor(burstMs: number) {
    this.#burstMs = burstMs;
  }

  came(nowMs: number): void {
    if (nowMs - this.#cameMs > TREND_MS) this.#overloaded = false; // a pause ends it
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

  // burst -> overload: the line stands for burstMs, and more came than started in the last window.
  // overload -> burst: no more came than started in the last window, or nobody came for so long.
  isOverload(nowMs: number): boolean {
    if (nowMs - this.#windowSinceMs > TREND_MS) {
      const grows = this.#cameCount > this.#startedCount;
      const stands = this.#standsSinceMs !== undefined && nowMs - this.#standsSinceMs > this.#burstMs;
      this.#overloaded = grows && (stands || this.#overloaded);
      this.#windowSinceMs = nowMs;
      this.#cameCount = 0;
      this.#startedCount = 0;
    }
    return this.#overloaded;
  }
}
