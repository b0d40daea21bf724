/** The last event of a good stream: how the answer ended, who served it, and what it took. */

import { create } from "@bufbuild/protobuf";
import { type Completed, CompletedSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Attempt, Cost, ServedBy, Usage } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { ServedBySchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Answer } from "../delivered-answer.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { makeSkip, type SkipRecord } from "./skip-record.ts";
import { addCost, addUsage } from "./token-usage.ts";

/** Sums the call up. */
export function makeCompleted(
  finishReason: FinishReason,
  answer: Answer,
  records: readonly AttemptRecord[],
  skips: readonly SkipRecord[],
): Completed {
  const attempts = records.map((record) => record.toMessage());
  const wasted = attempts.filter((_, index) => !isUseful(records[index]));
  return create(CompletedSchema, {
    finishReason,
    servedBy: servedBy(records),
    usage: addUsage(usages(attempts)),
    cost: addCost(costs(attempts)),
    wastedUsage: addUsage(usages(wasted)),
    wastedCost: addCost(costs(wasted)),
    attempts,
    skips: skips.map(makeSkip),
    textSha256: answer.digest(),
    textBytes: BigInt(answer.bytes),
  });
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
