/** Answers `RouteService`: shows workloads and routes, and what a request would do. */

import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  ExplainRequestResponseSchema,
  type IsolateRouteRequest,
  IsolateRouteResponseSchema,
  ListRoutesResponseSchema,
  ListWorkloadsResponseSchema,
  type PlannedRoute,
  PlannedRouteSchema,
  RestoreRouteResponseSchema,
  type Route,
  WatchRoutesResponseSchema,
  type Workload,
  WorkloadSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { type Policy, RoutingSchema, SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { CallObserver } from "../call/call-observer.ts";
import { type Caller, mayUseRoute, mayUseWorkload } from "../call/caller-scope.ts";
import type { Plan, PlannedRoute as PlanRoute } from "../call/plan.ts";
import { CallRefused, type Refusal } from "../call/refusal.ts";
import { describeApproval } from "../plan/describe-approval.ts";
import { doesThink, PLAIN_ATTEMPT, resolveLimits } from "../plan/limits.ts";
import { type FoundRoutes, makePlan, type PlanSettings } from "../plan/make-plan.ts";
import { describePolicy, resolveWorkloadPolicy } from "../plan/policy.ts";
import type { ProtectedRoute } from "../route/protected-route.ts";
import type { RouteTable } from "../route/route-table.ts";
import { checkMayUseRoute, checkOperator, checkScope } from "./check-scope.ts";
import { createModelNames } from "./model-names.ts";
import { noteRequest } from "./note-request.ts";
import { takePage } from "./page.ts";
import { refuseField } from "./refuse-fields.ts";
import type { RouteHandlers } from "./services.ts";
import { validateRequest } from "./validate-request.ts";
import { hasControlCharacter } from "./validation/text-form.ts";

/** Longest reason that an operator may give for an isolation. */
const MAX_ISOLATION_REASON_LENGTH = 256;

/** Longest isolation with an end: a route that is out for longer is out until somebody restores it. */
const MAX_ISOLATION_MS = 30 * 24 * 3_600_000;

/** Most routes that a watcher may name; more are all of them. */
const MAX_WATCHED_ROUTES = 1_000;

/** A watch may last for days: who may see what is asked again. */
const CALLERS_CHANGED: Refusal = {
  reason: ErrorReason.CALLER_UNKNOWN,
  message: "the callers of the configuration, or what they may use, changed; watch again",
};

/** Creates the handlers of `RouteService`. `callersEnd` is aborted when callers, or what they may see, change. */
export function createRoutes(
  settings: PlanSettings,
  table: RouteTable,
  observer: Pick<Required<CallObserver>, "operatorActed">,
  callersEnd: AbortSignal,
): RouteHandlers {
  return {
    ...createModelNames(settings, table),
    listWorkloads(request, { caller }) {
      const names = Object.keys(settings.workloads)
        .filter((name) => mayUseWorkload(caller, name))
        .sort();
      const { items, nextPageToken } = takePage(names, (name) => name, request);
      const workloads = items.map((name) => describeWorkload(name, settings));
      return create(ListWorkloadsResponseSchema, { workloads, nextPageToken });
    },
    listRoutes(request, { caller }) {
      const routes = table.list().filter(({ name }) => mayUseRoute(caller, name));
      const { items, nextPageToken } = takePage(routes, listKey, request);
      return create(ListRoutesResponseSchema, {
        routes: items.map((route) => describeRoute(route, settings, caller)),
        nextPageToken,
      });
    },
    async *watchRoutes({ routes: names }, { signal, caller }) {
      if (names.length > MAX_WATCHED_ROUTES) {
        refuseField("routes", `has ${names.length} names; give at most ${MAX_WATCHED_ROUTES}, or none for all`);
      }
      const watched = names.length === 0 ? undefined : new Set(names);
      for (const name of watched ?? []) {
        checkMayUseRoute(name, caller);
        if (table.find(name) === undefined) refuseRoute(name);
      }
      const shows = (name: string): boolean => (watched?.has(name) ?? true) && mayUseRoute(caller, name);
      const end = AbortSignal.any([signal, callersEnd]);
      for await (const news of table.watch(end, shows)) yield create(WatchRoutesResponseSchema, news);
      if (callersEnd.aborted && !signal.aborted) throw new CallRefused(CALLERS_CHANGED);
    },
    isolateRoute(request, { caller, requestId }) {
      checkOperator(caller);
      const { route: name, reason } = request;
      const route = table.isolate(name, reason, readIsolationEnd(request)) ?? refuseRoute(name);
      observer.operatorActed({ act: "isolate", caller: caller?.name, requestId, what: [name], reason });
      return create(IsolateRouteResponseSchema, { route: route.describe() });
    },
    restoreRoute({ route: name }, { caller, requestId }) {
      checkOperator(caller);
      const route = table.restore(name) ?? refuseRoute(name);
      observer.operatorActed({ act: "restore", caller: caller?.name, requestId, what: [name], reason: "" });
      return create(RestoreRouteResponseSchema, { route: route.describe() });
    },
    explainRequest({ request }, context) {
      const { requestId, timeoutMs, caller, trail } = context;
      if (request === undefined) refuseField("request", "is missing; give the request that is to be explained");
      validateRequest(request);
      noteRequest(trail, request, settings.workloads);
      checkScope(request, caller);
      using routes = lookAt(settings);
      const call = { requestId, caller: caller?.name ?? "", routes, timeoutMs, nowMs: performance.now(), unary: false };
      const plan = makePlan(request, settings, call);
      return create(ExplainRequestResponseSchema, {
        routes: plan.routes.map(explainRoute),
        policy: describePlanned(plan),
        estimatedInputTokens: BigInt(plan.estimatedInputTokens),
      });
    },
  };
}

function refuseRoute(name: string): never {
  throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message: `route ${name} does not exist` });
}

/** When an isolation ends, in milliseconds since the epoch; undefined if not by itself. Refuses one that cannot be. */
function readIsolationEnd({ reason, duration }: IsolateRouteRequest): number | undefined {
  const ms = duration === undefined ? undefined : durationMs(duration);
  if (ms !== undefined && !(ms > 0 && ms <= MAX_ISOLATION_MS)) {
    refuseField("duration", "is not above 0 and at most 30 days; leave it out to isolate until restored");
  }
  if (hasControlCharacter(reason)) refuseField("reason", "has a control character; give one line of text");
  if (reason.length > MAX_ISOLATION_REASON_LENGTH) {
    refuseField("reason", `has ${reason.length} characters; give at most ${MAX_ISOLATION_REASON_LENGTH}`);
  }
  return ms === undefined ? undefined : Date.now() + ms;
}

/** Configured routes come before those on demand, whose names have a slash. */
function listKey({ name }: ProtectedRoute): string {
  return `${name.includes("/") ? 1 : 0} ${name}`;
}

/** The route with its standing in every workload of the caller's that has it as a backup. */
function describeRoute(
  route: ProtectedRoute,
  { workloads, approvals }: PlanSettings,
  caller: Caller | undefined,
): Route {
  const described = route.describe();
  described.approvals = Object.entries(workloads)
    .filter(([name, { backups }]) => backups.includes(route.name) && mayUseWorkload(caller, name))
    .map(([workload]) => describeApproval(approvals, workload, route.name));
  return described;
}

function describeWorkload(name: string, settings: PlanSettings): Workload {
  const { workloads, maxTotalTimeoutMs, approvals } = settings;
  const workload = workloads[name];
  using routes = lookAt(settings);
  const thinking = workload && routes.find(workload.primary).capabilities.thinking;
  const limits = resolveLimits([workload?.policy], { ...PLAIN_ATTEMPT, thinks: doesThink(thinking, undefined) });
  const resolved = resolveWorkloadPolicy(workload?.policy, workload?.backups.length ?? 0, maxTotalTimeoutMs);
  const routing = create(RoutingSchema, {
    primary: workload?.primary ?? "",
    backups: workload?.backups ?? [],
    policy: describePolicy(resolved, limits),
  });
  return create(WorkloadSchema, {
    name,
    routing,
    approvals: routing.backups.map((backup) => describeApproval(approvals, name, backup)),
  });
}

/** The rules of a call, with the limits of its first route. */
function describePlanned(plan: Plan): Policy | undefined {
  const totalTimeoutMs = Math.round(plan.deadlineAtMs - plan.startedAtMs);
  const [primary] = plan.routes;
  return primary && describePolicy({ ...plan, totalTimeoutMs }, primary.limits);
}

/** Looks at routes until the end of the block. */
function lookAt({ lookAtRoutes }: PlanSettings): Pick<FoundRoutes, "find"> & Disposable {
  const routes = lookAtRoutes();
  return { find: (name) => routes.find(name), [Symbol.dispose]: () => routes.release() };
}

function explainRoute({ route, unsupported }: PlanRoute): PlannedRoute {
  const refusal = route.refusal();
  return create(PlannedRouteSchema, {
    route: route.describe(),
    skipReason: unsupported === undefined ? (refusal?.reason ?? SkipReason.UNSPECIFIED) : unsupported.reason,
    skipMessage: unsupported?.message ?? refusal?.message ?? "",
  });
}
