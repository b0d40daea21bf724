/** Tells who served a call and what it took, beside the fields of the client's own API. */

import { toJson } from "@bufbuild/protobuf";

import {
  type Completed,
  CompletedSchema,
  RouteSwitchedSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";

/** Makes the `understudy` object of an answer. `switches` and `ledger` are the API's own messages as JSON. */
export function makeCallReport(requestId: string, completed: Completed): object {
  const served = completed.servedBy.at(-1);
  const microUsd = completed.cost?.microUsd;
  return {
    request_id: requestId,
    route: served?.route ?? null,
    model: served?.model ?? null,
    attempt_count: completed.attempts.length,
    cost_micro_usd: microUsd === undefined ? null : Number(microUsd),
    switches: completed.switches.map((change) => toJson(RouteSwitchedSchema, change, { useProtoFieldName: true })),
    ledger: toJson(CompletedSchema, { ...completed, switches: [] }, { useProtoFieldName: true }),
  };
}

/** The headers that tell the same in short. */
export const REPORT_HEADERS = [
  "x-understudy-route",
  "x-understudy-model",
  "x-understudy-attempts",
  "x-understudy-cost-micro-usd",
] as const;

type ReportHeaders = Partial<Record<(typeof REPORT_HEADERS)[number], string>>;

/** Makes the headers. A cost that is not known has none. */
export function makeReportHeaders(completed: Completed): ReportHeaders {
  const served = completed.servedBy.at(-1);
  const microUsd = completed.cost?.microUsd;
  return {
    ...(served !== undefined && { "x-understudy-route": served.route, "x-understudy-model": served.model }),
    "x-understudy-attempts": String(completed.attempts.length),
    ...(microUsd !== undefined && { "x-understudy-cost-micro-usd": String(microUsd) }),
  };
}
