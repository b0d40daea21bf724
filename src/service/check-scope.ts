/** Refuses to a caller what it may not use. Says nothing of what exists beyond that. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { type Caller, mayUseRoute, mayUseWorkload } from "../call/caller-scope.ts";
import { listNames } from "../call/list-names.ts";
import { CallRefused } from "../call/refusal.ts";

/** Throws `CallRefused` if the request names a workload or a route that the caller may not use. */
export function checkScope({ workload, routing }: CompleteRequest, caller: Caller | undefined): void {
  if (workload !== "") checkMayUseWorkload(workload, caller);
  for (const route of [routing?.primary ?? [], routing?.backups ?? []].flat()) checkMayUseRoute(route, caller);
}

/** Throws `CallRefused` if the caller may not use the workload. */
export function checkMayUseWorkload(workload: string, caller: Caller | undefined): void {
  if (mayUseWorkload(caller, workload)) return;
  throw notAllowed(`caller ${caller?.name} may not use workload ${workload}`, "workloads", caller?.scope?.workloads);
}

/** Throws `CallRefused` if the caller may not use the route. */
export function checkMayUseRoute(route: string, caller: Caller | undefined): void {
  if (mayUseRoute(caller, route)) return;
  throw notAllowed(`caller ${caller?.name} may not use route ${route}`, "routes", caller?.scope?.routes);
}

/** Throws `CallRefused` if the caller is limited: routes and configuration are shared with others. */
export function checkOperator(caller: Caller | undefined): void {
  if (caller?.scope === undefined) return;
  throw new CallRefused({
    reason: ErrorReason.NOT_ALLOWED,
    message: `caller ${caller.name} is limited to some workloads and routes, so it may not change what all share`,
  });
}

/** Throws `CallRefused` if the caller is limited: the server's sample sets hold prompts of all who share it. */
export function checkMayUseSampleSets(caller: Caller | undefined): void {
  if (caller?.scope === undefined) return;
  throw new CallRefused({
    reason: ErrorReason.NOT_ALLOWED,
    message: `caller ${caller.name} is limited to some workloads and routes, so it may not use the server's sample sets; give the samples in the request`,
  });
}

function notAllowed(effect: string, kind: string, allowed: ReadonlySet<string> = new Set()): CallRefused {
  const message = `${effect}; its ${kind} are: ${listNames(allowed)}`;
  return new CallRefused({ reason: ErrorReason.NOT_ALLOWED, message });
}
