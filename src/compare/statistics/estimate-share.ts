/** Estimates a share from a count. */

import jstat from "jstat";
import { CONFIDENCE, type Estimate } from "./estimate.ts";

/** The share of `count` in `total`, with the exact limits of Clopper and Pearson, which err on the safe side. */
export function estimateShare(count: number, total: number): Estimate {
  return {
    value: count / total,
    lower: count === 0 ? 0 : jstat.beta.inv(1 - CONFIDENCE, count, total - count + 1),
    upper: count === total ? 1 : jstat.beta.inv(CONFIDENCE, count + 1, total - count),
  };
}

/** Samples after which a share of which nothing was seen is certain to be at most `limit`. */
export function samplesToExclude(limit: number): number {
  return limit >= 1 ? 1 : Math.ceil(Math.log(1 - CONFIDENCE) / Math.log(1 - limit));
}
