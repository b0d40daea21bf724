/** Writes the plan of each workload for people: what `understudy check` prints. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Continuation, type Route, RouteApproval_State as State } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { AttemptLimits } from "../call/plan.ts";
import { describeLimit } from "../time/duration.ts";
import type { Approvals, Standing } from "./approvals.ts";
import { doesThink, PLAIN_ATTEMPT, resolveLimits } from "./limits.ts";
import { type ResolvedPolicy, resolveWorkloadPolicy } from "./policy.ts";

const CONTINUES: Readonly<Record<Continuation, string>> = {
  [Continuation.UNSPECIFIED]: "does not continue",
  [Continuation.PREFILL]: "continues by prefill",
  [Continuation.INSTRUCT]: "continues by instruction",
  [Continuation.NONE]: "does not continue",
};

/** One block of lines for each workload: its routes in order, then its limits. */
export function describeWorkloads(
  config: Config,
  describe: (name: string) => Route,
  maxTotalTimeoutMs: number,
  approvals: Approvals,
): string[] {
  return Object.entries(config.workloads).flatMap(([name, { primary, backups, policy }]) => {
    const thinks = doesThink(describe(primary).capabilities?.thinking, undefined);
    const limits = resolveLimits([policy], { ...PLAIN_ATTEMPT, thinks });
    return [
      name,
      ...[primary, ...backups].map(
        (route, index) =>
          `  ${index + 1}. ${describeRoute(describe(route))}${describeStanding(approvals.of(name, route))}`,
      ),
      `  ${describeLimits(resolveWorkloadPolicy(policy, backups.length, maxTotalTimeoutMs), limits)}`,
    ];
  });
}

function describeRoute({ name, provider, platform, dialect, model, capabilities, availability }: Route): string {
  const continues = CONTINUES[capabilities?.continuation ?? Continuation.UNSPECIFIED];
  const cap = availability?.maxConcurrency ?? 0;
  return `${name}: ${model} at ${provider} (${platform}, ${dialect}), ${continues}, ${cap} at a time`;
}

function describeStanding({ state, expiresAtMs }: Standing): string {
  const day = expiresAtMs === undefined ? "" : new Date(expiresAtMs).toISOString().slice(0, 10);
  switch (state) {
    case State.APPROVED:
      return `, approved until ${day}`;
    case State.STALE:
      return ", approval stale";
    case State.EXPIRED:
      return `, approval ended ${day}`;
    case State.MISSING:
      return ", not approved";
    default:
      return "";
  }
}

function describeLimits(policy: ResolvedPolicy, limits: AttemptLimits): string {
  return [
    `first token within ${describeLimit(limits.firstProgress.confirmMs)}`,
    `no gap above ${describeLimit(limits.text.confirmMs)}`,
    `${policy.maxAttempts} attempts`,
    `${describeLimit(policy.totalTimeoutMs)} in all`,
    policy.switchesAfterText ? "switches in the middle of an answer" : "does not switch after text",
  ].join(", ");
}
