/** Lets work in, a little in each turn of the event loop, and sheds what would only make everybody late. */

import { type Line, Lines, type Newcomer } from "./lines.ts";

/** How long a line may get. */
export interface QueueLimits {
  /** Most newcomers that start in one turn. */
  readonly startsPerTurn: number;
  /** Most that wait after a burst. */
  readonly maxWaiting: number;
  /** Most of a party that wait in an overload. */
  readonly maxOverloaded: number;
  /** Longest wait, in milliseconds. */
  readonly patienceMs: number;
  /** How long more must come than start, in milliseconds, until that is more than a burst. */
  readonly burstMs: number;
}

/**
 * The line of calls. Eight calls take about as many milliseconds, so a turn stays short for the answers that run.
 * A burst as large as `max_concurrent_calls` waits for its turn; where more come than start for a second, waiting
 * serves nobody, and a few calls are all that keeps the server busy. Ten seconds is as long as a connection
 * may take to say what it wants.
 */
export const CALL_QUEUE_LIMITS: QueueLimits = {
  startsPerTurn: 8,
  maxWaiting: 4_000,
  maxOverloaded: 4,
  patienceMs: 10_000,
  burstMs: 1_000,
};

/** Longest wait in a line that never ends, in milliseconds: it holds what many callers ask one after the other. */
const STANDING_PATIENCE_MS = 2_000;
/**
 * Time for each start while more come than start, in milliseconds. A call takes less: more at once would only wait for each
 * other. In long turns, which have much else to do, as many start as else.
 */
const RISING_START_MS = 2;
/** Most that are shed in one turn, so that shedding does not hold up the rest. */
const SHEDS_PER_TURN = 64;
/**
 * How long newcomers are only counted while connections come, in milliseconds. The event loop accepts one connection in
 * a turn. With calls in each turn the others would wait in the system's own line, where nobody sees or sheds them. At
 * 1,500 connections a second, 10 ms left that line full; within 100 ms it empties.
 */
const COUNTING_MS = 100;

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

/**
 * Creates a queue. In a quiet server everything starts at once. Newest first under pressure is the adaptive LIFO, and
 * the short line of an overload the controlled delay, of B. Maurer, Fail at Scale (ACM Queue 13, 8).
 */
export function createAdmissionQueue(limits: QueueLimits): AdmissionQueue {
  const lines = new Lines(limits.burstMs);
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
    const counts = isArriving;
    isArriving = false;
    const nowMs = performance.now();
    startsLeft = maxStarts(nowMs);
    if (lines.count() === 0) return;
    shedOld(nowMs);
    if (counts && nowMs - startedMs < COUNTING_MS) return countTurn();
    startedMs = nowMs;
    while (startsLeft > 0) {
      const next = lines.next(nowMs);
      if (next === undefined) break;
      if (next.newcomer.isGone()) continue;
      startsLeft -= 1;
      next.line.trend.started();
      next.newcomer.start();
    }
    countTurn();
  };
  const maxStarts = (nowMs: number): number => {
    if (!lines.isRising(nowMs)) return limits.startsPerTurn;
    return Math.min(Math.max(1, Math.floor((nowMs - startedMs) / RISING_START_MS)), limits.startsPerTurn);
  };
  const shedOld = (nowMs: number): void => {
    let shedCount = 0;
    for (const line of lines.waiting()) {
      const patienceMs = line.trend.isStanding(nowMs) ? STANDING_PATIENCE_MS : limits.patienceMs;
      const most = line.trend.isOverload(nowMs) ? limits.maxOverloaded : limits.maxWaiting;
      while (shedCount < SHEDS_PER_TURN && (line.length > most || line.isLate(nowMs - patienceMs))) {
        const late = line.takeOldest();
        if (late === undefined || late.isGone()) continue;
        late.shed();
        shedCount += 1;
      }
    }
  };
  /** Whether there is no room for one more of a party: it has as many as it may, or the most of all that may wait. */
  const hasNoRoom = (line: Line, nowMs: number): boolean =>
    line.trend.isOverload(nowMs)
      ? line.length >= limits.maxOverloaded
      : lines.count() >= limits.maxWaiting && lines.isLongest(line);

  return {
    turnsAway(party) {
      const nowMs = performance.now();
      const line = lines.of(party);
      const turnsAway = hasNoRoom(line, nowMs);
      if (turnsAway) line.trend.came(nowMs);
      return turnsAway;
    },
    arriving() {
      isArriving = true;
      countTurn();
    },
    get waitingCount() {
      return lines.count();
    },
    enter(newcomer) {
      countTurn();
      if (lines.count() === 0 && startsLeft > 0 && !isArriving) {
        startsLeft -= 1;
        return newcomer.start();
      }
      const nowMs = performance.now();
      const line = lines.of(newcomer.party);
      line.trend.came(nowMs);
      if (hasNoRoom(line, nowMs)) return newcomer.shed();
      lines.add(newcomer, nowMs);
    },
  };
}
