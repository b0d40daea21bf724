/** Estimates the ratio of two means of the same samples: how many times more a backup costs. */

import jstat from "jstat";
import type { Estimate } from "./estimate.ts";

/** Student's limits of a ratio hold only about: one part in a hundred more than 95 % keeps what the others promise. */
const CERTAINTY = 0.96;

/** Fewer pairs than this say nothing about their spread. */
const MIN_PAIRS = 5;

/** One figure of the same sample on both routes. */
export interface ValuePair {
  readonly primary: number;
  readonly backup: number;
}

/**
 * The sum of `backup` divided by that of `primary`. The limits are Student's, on the logarithm of the ratio, with
 * the jackknife's spread, which errs on the safe side where a few large requests make up much of the sum. Undefined without pairs or if the primary's sum is 0 and the backup's is not.
 */
export function estimateMeanRatio(pairs: readonly ValuePair[]): Estimate | undefined {
  const count = pairs.length;
  const primary = pairs.reduce((sum, pair) => sum + pair.primary, 0);
  const backup = pairs.reduce((sum, pair) => sum + pair.backup, 0);
  if (count === 0 || (primary === 0 && backup > 0)) return undefined;
  const value = primary === 0 ? 1 : backup / primary;
  if (count < MIN_PAIRS) return { value, lower: 0, upper: Number.POSITIVE_INFINITY };
  if (value === 0 || primary === 0) return { value, lower: value, upper: value };
  // The logarithm of the ratio without each pair in turn.
  const without = pairs.map((pair) => Math.log((backup - pair.backup) / (primary - pair.primary)));
  const middle = without.reduce((sum, log) => sum + log, 0) / count;
  const spread = without.reduce((sum, log) => sum + (log - middle) ** 2, 0);
  const logError = Math.sqrt((spread * (count - 1)) / count);
  if (!Number.isFinite(logError)) return { value, lower: 0, upper: Number.POSITIVE_INFINITY };
  const distance = jstat.studentt.inv(CERTAINTY, count - 1) * logError;
  return { value, lower: value * Math.exp(-distance), upper: value * Math.exp(distance) };
}
