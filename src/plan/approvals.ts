/** Says whether a route may stand in for the primary of a workload. */

import { RequireApproval, type Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { RouteApproval_State as State } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { GrantedApproval } from "../config/parse-approval.ts";

/** How a route stands with a workload. */
export interface Standing {
  readonly state: State;
  /** When the approval ends or has ended, in milliseconds since the epoch; undefined without one. */
  readonly expiresAtMs: number | undefined;
  /** What is wrong and how to mend it; undefined if the route may be used. */
  readonly problem: { readonly message: string; readonly mend: string } | undefined;
}

/** The approvals of a configuration. */
export interface Approvals {
  /** Whether a route without an approval is passed over. */
  readonly enforced: boolean;
  /** How a route stands with a workload now; the workload is empty if the request names none. */
  of(workload: string, route: string): Standing;
}

export interface ApprovalSources {
  readonly required: RequireApproval;
  readonly workloads: Readonly<Record<string, Workload>>;
  readonly granted: readonly GrantedApproval[];
  /** Hash of what shapes a route's answers now; undefined if there is no such route. */
  readonly shapeOf: (route: string) => string | undefined;
}

/** Makes the approvals of a configuration. What shapes the answers is looked at once. */
export function makeApprovals({ required, workloads, granted, shapeOf }: ApprovalSources): Approvals {
  if (required === RequireApproval.OFF) return { enforced: false, of: () => NOT_REQUIRED };
  const found = new Map(
    granted.map((approval) => {
      const stale = shapeOf(approval.route) !== approval.shapeSha256;
      return [keyOf(approval.workload, approval.route), { stale, expiresAtMs: approval.expiresAtMs }];
    }),
  );
  return {
    enforced: required === RequireApproval.ENFORCE,
    of(workload, route) {
      // The primary is the standard, also where a request puts it behind another.
      if (Object.hasOwn(workloads, workload) && workloads[workload]?.primary === route) return NOT_REQUIRED;
      const approval = found.get(keyOf(workload, route));
      return approval === undefined ? missing(workload, route) : judge(workload, route, approval);
    },
  };
}

const NOT_REQUIRED: Standing = { state: State.NOT_REQUIRED, expiresAtMs: undefined, problem: undefined };

function missing(workload: string, route: string): Standing {
  const problem =
    workload === ""
      ? { message: "a call without a workload has no approved backups", mend: "name a workload in the request" }
      : { message: `nobody has approved it for workload ${workload}`, mend: mendBy(workload, route) };
  return { state: State.MISSING, expiresAtMs: undefined, problem };
}

function judge(
  workload: string,
  route: string,
  { stale, expiresAtMs }: { readonly stale: boolean; readonly expiresAtMs: number },
): Standing {
  const mend = mendBy(workload, route);
  if (stale) {
    const message = `what shapes its answers has changed since it was approved for workload ${workload}`;
    return { state: State.STALE, expiresAtMs, problem: { message, mend } };
  }
  if (expiresAtMs <= Date.now()) {
    const message = `its approval for workload ${workload} ended at ${new Date(expiresAtMs).toISOString()}`;
    return { state: State.EXPIRED, expiresAtMs, problem: { message, mend } };
  }
  return { state: State.APPROVED, expiresAtMs, problem: undefined };
}

function mendBy(workload: string, route: string): string {
  return `compare it and run \`understudy approve ${workload} ${route}\``;
}

/** Names of workloads have no spaces. */
function keyOf(workload: string, route: string): string {
  return `${workload} ${route}`;
}
