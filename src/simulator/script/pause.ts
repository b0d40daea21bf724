/** Waiting that ends early when a simulated call is over. */

/** Resolves after `ms` milliseconds, or at once when `signal` is aborted. Without `ms`, only then. */
export function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}
