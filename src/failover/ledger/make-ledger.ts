/** The ledger of a call: every attempt, every route that was passed over, and what all of it took. */

import { create } from "@bufbuild/protobuf";
import {
  type Attempt,
  type Cost,
  CostSource,
  type ServedBy,
  ServedBySchema,
  type Skip,
  type Usage,
  UsageSource,
} from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { makeSkip, type SkipRecord } from "./skip-record.ts";
import { addCost, addUsage } from "./token-usage.ts";

/** What a call did, once it has ended. */
export interface Ledger {
  readonly attempts: Attempt[];
  readonly skips: Skip[];
  /** The routes whose output is a part of the answer, in order. */
  readonly servedBy: ServedBy[];
  readonly usage: Usage;
  readonly cost: Cost;
  /** Of the attempts that gave nothing to the answer. */
  readonly wastedUsage: Usage;
  readonly wastedCost: Cost;
}

/** Sums a call up. */
export function makeLedger(records: readonly AttemptRecord[], skips: readonly SkipRecord[]): Ledger {
  const attempts = records.map((record) => record.toMessage());
  const wasted = attempts.filter((_, index) => !isUseful(records[index]));
  return {
    attempts,
    skips: skips.map(makeSkip),
    servedBy: servedBy(records),
    usage: addUsage(usages(attempts)),
    cost: addCost(costs(attempts)),
    wastedUsage: addUsage(usages(wasted)),
    wastedCost: addCost(costs(wasted)),
  };
}

/** Sums up what can be when `makeLedger` fails: without the lines that cannot be made, and with sums that say so. */
export function salvageLedger(records: readonly AttemptRecord[], skips: readonly SkipRecord[]): Ledger {
  const ledger = makeLedger(
    records.filter((record) => succeeds(() => record.toMessage())),
    skips.filter((skip) => succeeds(() => makeSkip(skip))),
  );
  for (const usage of [ledger.usage, ledger.wastedUsage]) usage.source = UsageSource.UNKNOWN;
  for (const cost of [ledger.cost, ledger.wastedCost]) cost.source = CostSource.UNKNOWN;
  return ledger;
}

function succeeds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function isUseful(record: AttemptRecord | undefined): boolean {
  return record !== undefined && (record.delivered || record.outcome?.kind === "completed");
}

function servedBy(records: readonly AttemptRecord[]): ServedBy[] {
  return records
    .filter(isUseful)
    .map(({ origin, model }) =>
      create(ServedBySchema, { route: origin.route.name, model: model || origin.route.model }),
    );
}

function usages(attempts: readonly Attempt[]): Usage[] {
  return attempts.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
}

function costs(attempts: readonly Attempt[]): Cost[] {
  return attempts.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
}
