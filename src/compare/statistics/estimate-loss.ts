/** Estimates how much more often a backup is wrong than the primary, sample by sample. */

import { differenceOf, type Estimate } from "./estimate.ts";
import { estimateShare } from "./estimate-share.ts";

/** Whether each of the two was wrong on one sample. */
export interface Pair {
  readonly primary: boolean;
  readonly backup: boolean;
}

/**
 * The difference of the shares of wrong samples, backup less primary. Samples where both or neither were wrong tell
 * nothing about it, so only the others enter; a primary that is often wrong itself does not blur the figure. Undefined
 * without samples.
 */
export function estimateLoss(pairs: readonly Pair[]): Estimate | undefined {
  if (pairs.length === 0) return undefined;
  const onlyBackup = pairs.filter(({ primary, backup }) => backup && !primary).length;
  const onlyPrimary = pairs.filter(({ primary, backup }) => primary && !backup).length;
  const backup = estimateShare(onlyBackup, pairs.length);
  const primary = estimateShare(onlyPrimary, pairs.length);
  return differenceOf(backup, primary, correlationOf(backup.value, primary.value));
}

/** A sample that is of one kind is not of the other: such counts are correlated as those of a multinomial are. */
function correlationOf(one: number, other: number): number {
  if (one === 0 || other === 0) return 0;
  return -Math.sqrt((one * other) / ((1 - one) * (1 - other)));
}
