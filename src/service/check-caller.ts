/** Refuses a workload to a caller that may not use it. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../call/call-context.ts";
import { CallRefused } from "../call/refusal.ts";

/** Throws `CallRefused` if the caller is limited to workloads and the request is not of one of these. */
export function checkCaller({ workload, routing }: CompleteRequest, { caller }: CallContext): void {
  const allowed = caller?.workloads;
  if (caller === undefined || allowed === undefined || allowed.has(workload)) return;
  const asked = workload === "" ? `route ${routing?.primary} without a workload` : `workload ${workload}`;
  throw new CallRefused({
    reason: ErrorReason.NOT_ALLOWED,
    message: `caller ${caller.name} may not use ${asked}; it may use: ${[...allowed].join(", ")}`,
  });
}
