/** Lets work in, a little in each turn of the event loop, and sheds what would only make everybody late. */

/** Something that waits to be let in. */
export interface Newcomer {
  /** Whose it is: everybody has a line of their own, and the lines take turns. */
  readonly party: string;
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
  /** Whether one of a party who comes now would be shed. Whoever asks has come, and does not enter then. */
  turnsAway(party: string): boolean;
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
  const lines = new Lines();
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
    if (lines.length === 0) return;
    const nowMs = performance.now();
    shedOld(nowMs);
    if (counts && nowMs - startedMs < COUNTING_MS) return countTurn();
    startedMs = nowMs;
    while (startsLeft > 0) {
      const next = lines.next(lines.length > FAIR_LENGTH);
      if (next === undefined) break;
      if (next.newcomer.isGone()) continue;
      startsLeft -= 1;
      trend.started();
      next.newcomer.start();
    }
    if (lines.length === 0) trend.emptied();
    countTurn();
  };
  const maxWaiting = (nowMs: number): number =>
    trend.isOverload(nowMs) ? limits.maxWaitingOverloaded : limits.maxWaiting;
  const shedOld = (nowMs: number): void => {
    const most = maxWaiting(nowMs);
    for (let shedCount = 0; shedCount < SHEDS_PER_TURN; ) {
      const late = lines.takeLate(nowMs - limits.patienceMs) ?? (lines.length > most ? lines.takeOldest() : undefined);
      if (late === undefined) return;
      if (late.newcomer.isGone()) continue;
      late.newcomer.shed();
      shedCount += 1;
    }
  };
  /** Whether there is no room for one more of a party, which nobody has more of. */
  const hasNoRoom = (party: string, nowMs: number): boolean =>
    lines.length >= maxWaiting(nowMs) && lines.isLongest(party);

  return {
    turnsAway(party) {
      const nowMs = performance.now();
      const turnsAway = hasNoRoom(party, nowMs);
      if (turnsAway) trend.came(nowMs);
      return turnsAway;
    },
    arriving() {
      isArriving = true;
      countTurn();
    },
    get waitingCount() {
      return lines.length;
    },
    enter(newcomer) {
      countTurn();
      if (lines.length === 0 && startsLeft > 0 && !isArriving) {
        startsLeft -= 1;
        return newcomer.start();
      }
      const nowMs = performance.now();
      trend.came(nowMs);
      if (hasNoRoom(newcomer.party, nowMs)) return newcomer.shed();
      lines.add({ newcomer, sinceMs: nowMs });
    },
  };
}

/** Lines that take turns, one for each party that waits. */
class Lines {
  /** Each is oldest first, and taken from both ends. The party whose turn is next comes first. */
  readonly #lines = new Map<string, Waiting[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(waiting: Waiting): void {
    const { party } = waiting.newcomer;
    const line = this.#lines.get(party);
    if (line === undefined) this.#lines.set(party, [waiting]);
    else line.push(waiting);
    this.#length += 1;
  }

  /** Takes one of the party whose turn it is. */
  next(newestFirst: boolean): Waiting | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [party, line] = first;
    this.#lines.delete(party);
    const taken = newestFirst ? line.pop() : line.shift();
    if (line.length > 0) this.#lines.set(party, line);
    this.#length -= 1;
    return taken;
  }

  /** Takes one that came before a time. */
  takeLate(beforeMs: number): Waiting | undefined {
    for (const [party, [oldest]] of this.#lines) {
      if (oldest !== undefined && (oldest.sinceMs < beforeMs || oldest.newcomer.isGone())) return this.#shift(party);
    }
    return undefined;
  }

  /** Takes the oldest one of the party that has the most. */
  takeOldest(): Waiting | undefined {
    const [longest] = [...this.#lines].toSorted(([, one], [, other]) => other.length - one.length);
    return longest && this.#shift(longest[0]);
  }

  /** Whether no party has more than this one. */
  isLongest(party: string): boolean {
    const length = this.#lines.get(party)?.length ?? 0;
    for (const line of this.#lines.values()) if (line.length > length) return false;
    return true;
  }

  #shift(party: string): Waiting | undefined {
    const line = this.#lines.get(party);
    const taken = line?.shift();
    if (line?.length === 0) this.#lines.delete(party);
    if (taken !== undefined) this.#length -= 1;
    return taken;
  }
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
