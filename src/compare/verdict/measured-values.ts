/** Figures of latency and cost. */

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type { SampleResult } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { estimateMeanRatio, type ValuePair } from "../statistics/estimate-mean-ratio.ts";
import { estimateQuantileRatio, quantile } from "../statistics/estimate-quantile-ratio.ts";
import type { Figure } from "./make-criterion.ts";
import type { SampleRuns } from "./sample-runs.ts";

/** The ledger's own resolution: shorter times are told as 0. */
const MIN_TIME_MS = 1;

/** A shorter time tells how the network cut the answer, not how fast the model writes. */
const MIN_GENERATION_MS = 20;

type Reading = (result: SampleResult) => number | undefined;

/** What is read of a result, by the name of the figure; undefined where it is not known. */
const READINGS = {
  first_token: ({ attempt }) => readMs(attempt?.timeToFirstToken),
  total: ({ attempt }) => readMs(attempt?.duration),
  tokens_per_s: ({ attempt, generationTime }) => {
    const ms = readMs(generationTime);
    const tokens = attempt?.usage?.outputTokens;
    if (ms === undefined || ms < MIN_GENERATION_MS || tokens === undefined || tokens === 0n) return undefined;
    return (Number(tokens) * 1_000) / ms;
  },
} satisfies Record<string, Reading>;

export type Measure = keyof typeof READINGS;

/** A quantile of a measure and its ratio to the primary's. */
export function measureQuantile(runs: readonly SampleRuns[], measure: Measure, share: 0.5 | 0.95): Figure {
  const pairs = pairValues(runs, READINGS[measure]);
  const primary = pairs.map((pair) => pair.primary);
  const backup = pairs.map((pair) => pair.backup);
  return {
    name: `${measure}_p${share * 100}`,
    primary: quantile(primary, share),
    backup: quantile(backup, share),
    estimate: estimateQuantileRatio(primary, backup, share),
    sampleCount: pairs.length,
  };
}

/** The cost of a request in millionths of a US dollar and its ratio to the primary's. */
export function measureCost(runs: readonly SampleRuns[]): Figure {
  const pairs = pairValues(runs, ({ attempt }) => {
    const microUsd = attempt?.cost?.microUsd;
    return microUsd === undefined ? undefined : Number(microUsd);
  });
  const mean = (side: keyof ValuePair): number | undefined =>
    pairs.length === 0 ? undefined : pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  return {
    name: "cost",
    primary: mean("primary"),
    backup: mean("backup"),
    estimate: estimateMeanRatio(pairs),
    sampleCount: pairs.length,
  };
}

/** Values of the samples that both routes answered. */
function pairValues(runs: readonly SampleRuns[], read: Reading): ValuePair[] {
  return runs.flatMap(({ primary, backup }) => {
    if (primary?.shape === undefined || backup?.shape === undefined) return [];
    const pair = { primary: read(primary), backup: read(backup) };
    return pair.primary === undefined || pair.backup === undefined
      ? []
      : [{ primary: pair.primary, backup: pair.backup }];
  });
}

function readMs(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : Math.max(MIN_TIME_MS, durationMs(duration));
}
