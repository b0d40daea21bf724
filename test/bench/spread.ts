/** Where measurements lie. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Ninety-five of a hundred are below it. */
  readonly p95: number;
}

/** Of at least one number. */
export function makeSpread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const upper = at(0.5);
  const median = sorted.length % 2 === 0 ? ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2 : upper;
  return { median, min: at(0), max: at(1), p95: at(0.95) };
}
