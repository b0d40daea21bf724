/** Shows a route's standing with a workload to clients. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type RouteApproval, RouteApprovalSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Approvals } from "./approvals.ts";

/** Describes how `route` stands with `workload` now. */
export function describeApproval(approvals: Approvals, workload: string, route: string): RouteApproval {
  const { state, expiresAtMs, problem } = approvals.of(workload, route);
  return create(RouteApprovalSchema, {
    workload,
    route,
    state,
    reason: problem === undefined ? "" : `${problem.message}; ${problem.mend}`,
    ...(expiresAtMs !== undefined && { expireTime: timestampFromMs(expiresAtMs) }),
  });
}
