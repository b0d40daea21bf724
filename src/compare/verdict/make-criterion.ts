/** Judges one figure against its limit. */

import { create } from "@bufbuild/protobuf";
import {
  type Criterion,
  CriterionSchema,
  Verdict_Result as Result,
  type Verdict_Result,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { Estimate } from "../statistics/estimate.ts";

/** A figure of a backup beside the primary's. */
export interface Figure {
  readonly name: string;
  readonly primary: number | undefined;
  readonly backup: number | undefined;
  /** What the limit applies to; undefined if the samples tell nothing. */
  readonly estimate: Estimate | undefined;
  readonly sampleCount: number;
}

/** Makes a criterion; without a limit it is a figure only and its result unspecified. */
export function makeCriterion(figure: Figure, limit?: number): Criterion {
  const { name, primary, backup, estimate, sampleCount } = figure;
  const result = limit === undefined ? Result.UNSPECIFIED : judge(estimate, limit);
  const criterion = create(CriterionSchema, { name, result, sampleCount });
  if (primary !== undefined) criterion.primary = primary;
  if (backup !== undefined) criterion.backup = backup;
  if (limit !== undefined) criterion.limit = limit;
  if (estimate === undefined) return criterion;
  criterion.value = estimate.value;
  if (Number.isFinite(estimate.lower)) criterion.lowerBound = estimate.lower;
  if (Number.isFinite(estimate.upper)) criterion.upperBound = estimate.upper;
  return criterion;
}

/** Passes when it is certain that the limit is kept, fails when it is certain that it is not. */
function judge(estimate: Estimate | undefined, limit: number): Verdict_Result {
  if (estimate === undefined) return Result.INCONCLUSIVE;
  if (estimate.upper <= limit) return Result.PASS;
  return estimate.lower > limit ? Result.FAIL : Result.INCONCLUSIVE;
}
