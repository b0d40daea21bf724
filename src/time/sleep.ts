/** Waiting that can be ended early. */

/** Resolves with true after `ms` milliseconds, or with false at once when `signal` is aborted. Never rejects. */
export function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const wake = (waited: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(waited);
    };
    const onAbort = (): void => wake(false);
    const timer = setTimeout(() => wake(true), ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
