/** Turns instants of the monotonic clock into wall time, for those outside the process. */

/** Wall time of `monotonicMs`, an instant of `performance.now()`, in whole milliseconds since the epoch. */
export function epochMs(monotonicMs: number): number {
  return Math.round(Date.now() + monotonicMs - performance.now());
}
