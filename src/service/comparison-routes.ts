/** Finds the routes of a comparison, and what of an earlier run still counts for them. */

import { create } from "@bufbuild/protobuf";
import type { Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { CompareRoutesRequest, Sample, SampleResult } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { RoutingSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { CallContext } from "../call/call-context.ts";
import { findMarginFaults } from "../config/acceptance-ranges.ts";
import { findWorkload } from "../plan/find-workload.ts";
import type { FoundRoutes, PlanSettings } from "../plan/make-plan.ts";
import { resolveRouteNames } from "../plan/routing.ts";
import { checkMayUseRoute, checkMayUseWorkload } from "./check-scope.ts";
import { refuseField, refuseFields } from "./refuse-fields.ts";

/** Most backups of one comparison, as many as a workload has. */
const MAX_BACKUPS = 8;

export interface ComparedRoutes {
  readonly workload: Workload;
  readonly primary: string;
  readonly backups: readonly string[];
}

/** Finds the routes. Fails with `CallRefused` if one does not exist or may not be used, or if a number is out of range. */
export function findComparedRoutes(
  request: CompareRoutesRequest,
  { caller }: CallContext,
  settings: PlanSettings,
  found: Pick<FoundRoutes, "find">,
): ComparedRoutes {
  checkNumbers(request);
  checkMayUseWorkload(request.workload, caller);
  for (const backup of request.backups) checkMayUseRoute(backup, caller);
  const workload = findWorkload(request.workload, settings.workloads);
  const { primary } = workload;
  const backups = [...new Set(request.backups.length === 0 ? workload.backups : request.backups)];
  checkBackups(backups, primary);
  checkMayName(
    backups.filter((backup) => !workload.backups.includes(backup)),
    workload,
    settings,
  );
  for (const route of [primary, ...backups]) found.find(route);
  return { workload, primary, backups };
}

/** Results of an earlier run that are still those of the same samples, routes and models. */
export function keepCurrent(
  done: readonly SampleResult[],
  samples: readonly Sample[],
  routes: readonly string[],
  found: Pick<FoundRoutes, "find">,
): SampleResult[] {
  const names = new Set(samples.map(({ name }) => name));
  const models = new Map(routes.map((name) => [name, found.find(name).model]));
  return done.filter(({ sample, route, attempt }) => {
    if (attempt === undefined || !names.has(sample) || !models.has(route)) return false;
    return models.get(attempt.route) === attempt.model;
  });
}

function checkNumbers({ acceptance, maxCostMicroUsd, maxTokens }: CompareRoutesRequest): void {
  const faults = acceptance === undefined ? [] : findMarginFaults(acceptance);
  const description = "is not above 0";
  refuseFields([
    ...faults.map(({ field, mend }) => ({
      field: `acceptance.${field}`,
      description: `is out of range; ${mend}`,
    })),
    ...(isTooSmall(maxCostMicroUsd) ? [{ field: "max_cost_micro_usd", description }] : []),
    ...(isTooSmall(maxTokens) ? [{ field: "max_tokens", description }] : []),
  ]);
}

function isTooSmall(limit: bigint | undefined): boolean {
  return limit !== undefined && limit < 1n;
}

function checkBackups(backups: readonly string[], primary: string): void {
  const field = "backups";
  if (backups.length === 0) refuseField(field, "is empty, and the workload has none");
  if (backups.length > MAX_BACKUPS) refuseField(field, `names more than ${MAX_BACKUPS} routes`);
  if (backups.includes(primary)) refuseField(field, "names the primary itself");
}

/** Routes that are not the workload's own may be named as in any other request. */
function checkMayName(names: readonly string[], workload: Workload, { requestRouting }: PlanSettings): void {
  if (names.length === 0) return;
  const requested = create(RoutingSchema, { backups: [...names] });
  resolveRouteNames({ workload, requested, allowed: requestRouting });
}
