/** Figures of shares: how often a backup is wrong where the primary is not. */

import type { SampleResult } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { findDifferences } from "../shape/find-differences.ts";
import { estimateLoss, type Pair } from "../statistics/estimate-loss.ts";
import type { Figure } from "./make-criterion.ts";
import type { SampleRuns } from "./sample-runs.ts";

/** Answers of another shape than the primary's first, of the backup beside the primary's second. */
export function measureShape(runs: readonly SampleRuns[]): Figure {
  const pairs = runs.flatMap(({ primary, again, backup }): Pair[] => {
    if (primary?.shape === undefined || again?.shape === undefined || backup?.shape === undefined) return [];
    return [{ primary: differs(primary, again), backup: differs(primary, backup) }];
  });
  return makeShare("shape", pairs);
}

/**
 * The same for answers that were begun on the primary and finished on the backup; one that came to no end is wrong.
 * Undefined if none was tried.
 */
export function measureSwitchShape(runs: readonly SampleRuns[]): Figure | undefined {
  const pairs = runs.flatMap(({ primary, again, switched }): Pair[] => {
    if (primary?.shape === undefined || again?.shape === undefined || !wasSwitched(switched)) return [];
    return [{ primary: differs(primary, again), backup: differs(primary, switched) }];
  });
  return pairs.length === 0 ? undefined : makeShare("switch_shape", pairs);
}

/** Calls without an answer, of the backup beside the primary's first run. */
export function measureErrors(runs: readonly SampleRuns[]): Figure {
  const pairs = runs.flatMap(({ primary, backup }): Pair[] => {
    if (primary === undefined || backup === undefined) return [];
    return [{ primary: primary.shape === undefined, backup: backup.shape === undefined }];
  });
  return makeShare("errors", pairs);
}

/** Whether the answer was handed over: one that the primary finished, or never began, shows nothing about the backup. */
function wasSwitched(result: SampleResult | undefined): result is SampleResult {
  return result !== undefined && result.attempt?.route === result.route;
}

function differs(reference: SampleResult, { shape }: SampleResult): boolean {
  return reference.shape === undefined || shape === undefined || findDifferences(reference.shape, shape).length > 0;
}

function makeShare(name: string, pairs: readonly Pair[]): Figure {
  const share = (count: number): number | undefined => (pairs.length === 0 ? undefined : count / pairs.length);
  return {
    name,
    primary: share(pairs.filter(({ primary }) => primary).length),
    backup: share(pairs.filter(({ backup }) => backup).length),
    estimate: estimateLoss(pairs),
    sampleCount: pairs.length,
  };
}
