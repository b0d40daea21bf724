/** Counts what was found: kinds of differences, ways in which calls ended, costs that are not known. */

import { create } from "@bufbuild/protobuf";
import {
  type DifferenceCount,
  DifferenceCountSchema,
  type OutcomeCount,
  OutcomeCountSchema,
  type SampleResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { findDifferences } from "../shape/find-differences.ts";
import type { SampleRuns } from "./sample-runs.ts";

/** In how many samples each kind of difference was found. */
export function countDifferences(runs: readonly SampleRuns[]): DifferenceCount[] {
  const counts = new Map<number, DifferenceCount>();
  const note = (
    field: "primaryCount" | "backupCount" | "switchCount",
    reference: SampleResult | undefined,
    result: SampleResult | undefined,
  ): void => {
    if (reference?.shape === undefined || result?.shape === undefined) return;
    for (const kind of new Set(findDifferences(reference.shape, result.shape).map((found) => found.kind))) {
      const count = counts.get(kind) ?? create(DifferenceCountSchema, { kind });
      count[field]++;
      counts.set(kind, count);
    }
  };
  for (const { primary, again, backup, switched } of runs) {
    note("primaryCount", primary, again);
    note("backupCount", primary, backup);
    note("switchCount", primary, switched);
  }
  return [...counts.values()].sort((a, b) => a.kind - b.kind);
}

/** How many calls ended in each way. */
export function countOutcomes(runs: readonly SampleRuns[]): OutcomeCount[] {
  const counts = new Map<number, OutcomeCount>();
  const note = (field: "primaryCount" | "backupCount", result: SampleResult | undefined): void => {
    const outcome = result?.attempt?.outcome;
    if (outcome === undefined) return;
    const count = counts.get(outcome) ?? create(OutcomeCountSchema, { outcome });
    count[field]++;
    counts.set(outcome, count);
  };
  for (const { primary, again, backup } of runs) {
    note("primaryCount", primary);
    note("primaryCount", again);
    note("backupCount", backup);
  }
  return [...counts.values()].sort((a, b) => a.outcome - b.outcome);
}

/** Share of the answered calls whose cost is not known. */
export function unknownCostShare(runs: readonly SampleRuns[]): number {
  const answered = runs
    .flatMap(({ primary, again, backup }) => [primary, again, backup])
    .filter((result) => result?.shape !== undefined);
  if (answered.length === 0) return 0;
  return answered.filter((result) => result?.attempt?.cost?.microUsd === undefined).length / answered.length;
}
