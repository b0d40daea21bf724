/** Calls back at an instant that may change. */

/** Longest sleep, in milliseconds: timers of Node hold 31 bits. A later instant is reached in several sleeps. */
const MAX_SLEEP_MS = 3_600_000;

/** One timer for the next of several instants. */
export interface WakeUp {
  /** Sets the instant, by `performance.now()`; undefined means none. */
  setTo(atMs: number | undefined): void;
}

/** Creates a timer that is not set. It does not keep the process alive. */
export function createWakeUp(onWake: () => void): WakeUp {
  let timer: NodeJS.Timeout | undefined;
  let dueMs: number | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (dueMs === undefined) return;
    // Rounded up: a timer that is early by a fraction would find nothing to do.
    const sleepMs = Math.min(Math.max(0, Math.ceil(dueMs - performance.now())), MAX_SLEEP_MS);
    timer = setTimeout(wake, sleepMs);
    timer.unref();
  };
  const wake = (): void => {
    if (dueMs !== undefined && performance.now() < dueMs) return arm();
    dueMs = undefined;
    onWake();
  };

  return {
    setTo(atMs) {
      if (atMs === dueMs) return;
      dueMs = atMs;
      arm();
    },
  };
}
