/** Estimates the ratio of two quantiles: how many times longer the slow calls of a backup take. */

import jstat from "jstat";
import { CONFIDENCE, differenceOf, type Estimate } from "./estimate.ts";

/**
 * The quantile `share` of `backup` divided by that of `primary`, all values above 0. The limits of each quantile are
 * values of the sample itself, found by their rank, so they hold for whatever distribution times have. Undefined without
 * values; infinite limits where there are too few (59 for the p95).
 */
export function estimateQuantileRatio(
  primary: readonly number[],
  backup: readonly number[],
  share: number,
): Estimate | undefined {
  if (primary.length === 0 || backup.length === 0) return undefined;
  const { value, lower, upper } = differenceOf(estimateLogQuantile(backup, share), estimateLogQuantile(primary, share));
  return { value: Math.exp(value), lower: Math.exp(lower), upper: Math.exp(upper) };
}

/** The value that a share of the values does not exceed. Undefined without values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function estimateLogQuantile(values: readonly number[], share: number): Estimate {
  const logs = values.map(Math.log).sort((a, b) => a - b);
  const ranks = findRanks(logs.length, share);
  return {
    value: logs[Math.max(0, Math.ceil(share * logs.length) - 1)] ?? 0,
    lower: logs[ranks.lower - 1] ?? Number.NEGATIVE_INFINITY,
    upper: logs[ranks.upper - 1] ?? Number.POSITIVE_INFINITY,
  };
}

/** Ranks, from 1, of the values that limit a quantile; 0 and `total + 1` where no value does. */
function findRanks(total: number, share: number): { readonly lower: number; readonly upper: number } {
  /** How certain it is that the value of this rank is not above the quantile: that many values lie below it. */
  const notAbove = (rank: number): number => (rank === 0 ? 1 : jstat.beta.cdf(share, rank, total - rank + 1));
  return {
    lower: findLast(total, (rank) => notAbove(rank) >= CONFIDENCE),
    upper: findLast(total, (rank) => 1 - notAbove(rank) < CONFIDENCE) + 1,
  };
}

/** The last rank from 0 to `total` that holds, where those that hold come first. */
function findLast(total: number, holds: (rank: number) => boolean): number {
  let low = 0;
  let high = total;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
