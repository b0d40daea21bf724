/** Judges whether a backup will do, from recorded results alone. */

import { create } from "@bufbuild/protobuf";
import {
  type Criterion,
  Verdict_Result as Result,
  type SampleResult,
  type Verdict,
  type Verdict_Result,
  VerdictSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { Margins } from "../margins.ts";
import { countDifferences, countOutcomes, unknownCostShare } from "./count-findings.ts";
import { type Figure, makeCriterion } from "./make-criterion.ts";
import { type Measure, measureCost, measureQuantile } from "./measured-values.ts";
import { collectRuns, type SampleRuns } from "./sample-runs.ts";
import { measureErrors, measureShape, measureSwitchShape } from "./wrong-answers.ts";

/** Whose results are judged against what. */
export interface Judgement {
  readonly primary: string;
  readonly backup: string;
  readonly margins: Margins;
}

const MEASURES: readonly Measure[] = ["first_token", "total", "tokens_per_s"];

/** Judges one backup. A pass needs every criterion; one that is certainly missed is a fail. */
export function judgeBackup(results: readonly SampleResult[], { primary, backup, margins }: Judgement): Verdict {
  const runs = collectRuns(results, primary, backup);
  const criteria = makeCriteria(runs, margins);
  return create(VerdictSchema, {
    route: backup,
    result: sumUp(criteria),
    criteria,
    sampleCount: runs.filter((run) => run.primary !== undefined && run.backup !== undefined).length,
    figures: makeFigures(runs),
    differences: countDifferences(runs),
    outcomes: countOutcomes(runs),
    unknownCostShare: unknownCostShare(runs),
  });
}

function makeCriteria(runs: readonly SampleRuns[], margins: Margins): Criterion[] {
  const switchShape = measureSwitchShape(runs);
  return [
    makeCriterion(measureShape(runs), margins.shapeMargin),
    ...(switchShape === undefined ? [] : [makeCriterion(switchShape, margins.shapeMargin)]),
    makeCriterion(rename(measureQuantile(runs, "first_token", 0.95), "first_token"), margins.firstTokenRatio),
    makeCriterion(rename(measureQuantile(runs, "total", 0.95), "total"), margins.totalRatio),
    makeCriterion(measureCost(runs), margins.costRatio),
    makeCriterion(measureErrors(runs), margins.errorMargin),
  ];
}

function makeFigures(runs: readonly SampleRuns[]): Criterion[] {
  const quantiles = MEASURES.flatMap((measure) => [
    measureQuantile(runs, measure, 0.5),
    measureQuantile(runs, measure, 0.95),
  ]);
  return [...quantiles, measureCost(runs)].map((figure) => makeCriterion(figure));
}

function rename(figure: Figure, name: string): Figure {
  return { ...figure, name };
}

function sumUp(criteria: readonly Criterion[]): Verdict_Result {
  if (criteria.some(({ result }) => result === Result.FAIL)) return Result.FAIL;
  return criteria.every(({ result }) => result === Result.PASS) ? Result.PASS : Result.INCONCLUSIVE;
}
