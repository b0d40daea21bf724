/** Tells failures that say something of new calls from the many ends of one event. */

/** Failures that come so soon after a first one are one event, in milliseconds, while other attempts go on. */
const EVENT_MS = 1_000;

/** An attempt that runs. */
export interface RunningAttempt {
  /** When its latest piece of content came, by `performance.now()`; undefined before the first. */
  contentAtMs: number | undefined;
}

/** How many failures count now: in the row of failures, and in the window of verdicts. */
export interface CountedFailures {
  readonly inARow: number;
  readonly inWindow: number;
}

/**
 * One node behind a route takes the streams that it serves along, and the others go on: that is one failure, however
 * many streams break. A failure before any content is one of a new call and always counts in the window.
 */
export interface FailureEvents {
  began(): RunningAttempt;
  ended(attempt: RunningAttempt): void;
  /** The attempt failed. Those of an event that was held for one count after all once nothing of the route goes on. */
  failed(attempt: RunningAttempt): CountedFailures;
  /** Forgets what was. */
  clear(): void;
}

/** Creates the events of a route on which nothing runs. */
export function createFailureEvents(): FailureEvents {
  const running = new Set<RunningAttempt>();
  let eventAtMs = Number.NEGATIVE_INFINITY;
  let heldCount = 0;
  let heldCutCount = 0;

  const othersGoOn = (nowMs: number): boolean => {
    for (const { contentAtMs } of running) {
      if (contentAtMs !== undefined && nowMs - contentAtMs < EVENT_MS) return true;
    }
    return false;
  };

  return {
    began() {
      const attempt = { contentAtMs: undefined };
      running.add(attempt);
      return attempt;
    },
    ended(attempt) {
      running.delete(attempt);
    },
    failed(attempt) {
      running.delete(attempt);
      const nowMs = performance.now();
      const isCut = attempt.contentAtMs !== undefined;
      if (nowMs - eventAtMs >= EVENT_MS) {
        eventAtMs = nowMs;
        heldCount = 0;
        heldCutCount = 0;
        return { inARow: 1, inWindow: 1 };
      }
      heldCount += 1;
      if (isCut) heldCutCount += 1;
      if (othersGoOn(nowMs)) return { inARow: 0, inWindow: isCut ? 0 : 1 };
      const counted = { inARow: heldCount, inWindow: heldCutCount + (isCut ? 0 : 1) };
      heldCount = 0;
      heldCutCount = 0;
      return counted;
    },
    clear() {
      running.clear();
      eventAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
