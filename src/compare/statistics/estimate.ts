/** A figure that was estimated from samples, with one-sided limits. */

/** Certainty of each one-sided limit. */
export const CONFIDENCE = 0.95;

/** A figure with its limits. A limit that the samples are too few for is infinite. */
export interface Estimate {
  readonly value: number;
  /** With 95 % certainty the true figure is not below this. */
  readonly lower: number;
  /** With 95 % certainty the true figure is not above this. */
  readonly upper: number;
}

/**
 * The difference of two estimates, by the method of variance estimates recovery: it takes the distances from the
 * estimates to their own limits for their spread, so that exact limits of the two give good limits of the difference
 * (Zou and Donner, Statistics in Medicine 27, 2008). `correlation` is that of the two, from -1 to 1.
 */
export function differenceOf(one: Estimate, other: Estimate, correlation = 0): Estimate {
  const value = one.value - other.value;
  return {
    value,
    lower: value - combine(one.value - one.lower, other.upper - other.value, correlation),
    upper: value + combine(one.upper - one.value, other.value - other.lower, correlation),
  };
}

function combine(one: number, other: number, correlation: number): number {
  if (one === Number.POSITIVE_INFINITY || other === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return Math.sqrt(one ** 2 + other ** 2 - 2 * correlation * one * other);
}
