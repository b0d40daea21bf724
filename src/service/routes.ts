/** Answers `RouteService`: shows workloads and routes, and what a request would do. */

import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  ExplainRequestResponseSchema,
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
import { RoutingSchema, SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Caller } from "../call/call-context.ts";
import type { PlannedRoute as PlanRoute } from "../call/plan.ts";
import { CallRefused } from "../call/refusal.ts";
import { describeApproval } from "../plan/describe-approval.ts";
import { makePlan, type PlanSettings } from "../plan/make-plan.ts";
import { describePolicy, PLAIN_CALL, resolvePolicy } from "../plan/policy.ts";
import type { ProtectedRoute } from "../route/protected-route.ts";
import type { RouteTable } from "../route/route-table.ts";
import { checkCaller } from "./check-caller.ts";
import { createModelNames } from "./model-names.ts";
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

/** Creates the handlers of `RouteService`. */
export function createRoutes(settings: PlanSettings, table: RouteTable): RouteHandlers {
  const find = (name: string): ProtectedRoute => {
    const route = table.list().find((each) => each.name === name);
    if (route !== undefined) return route;
    throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message: `route ${name} does not exist` });
  };
  return {
    ...createModelNames(settings, table),
    listWorkloads(request) {
      const names = Object.keys(settings.workloads).sort();
      const { items, nextPageToken } = takePage(names, (name) => name, request);
      const workloads = items.map((name) => describeWorkload(name, settings));
      return create(ListWorkloadsResponseSchema, { workloads, nextPageToken });
    },
    listRoutes(request) {
      const { items, nextPageToken } = takePage(table.list(), listKey, request);
      return create(ListRoutesResponseSchema, {
        routes: items.map((route) => describeRoute(route, settings)),
        nextPageToken,
      });
    },
    async *watchRoutes({ routes: names }, { signal }) {
      if (names.length > MAX_WATCHED_ROUTES) {
        refuseField("routes", `has ${names.length} names; give at most ${MAX_WATCHED_ROUTES}, or none for all`);
      }
      const watched = names.length === 0 ? undefined : new Set(names);
      for (const name of watched ?? []) find(name);
      for await (const routes of table.watch(signal, watched)) yield create(WatchRoutesResponseSchema, { routes });
    },
    isolateRoute({ route: name, reason, duration }, { caller }) {
      checkOperator(caller);
      const route = find(name);
      const ms = duration === undefined ? undefined : durationMs(duration);
      if (ms !== undefined && !(ms > 0 && ms <= MAX_ISOLATION_MS)) {
        refuseField("duration", "is not above 0 and at most 30 days; leave it out to isolate until restored");
      }
      if (hasControlCharacter(reason)) refuseField("reason", "has a control character; give one line of text");
      if (reason.length > MAX_ISOLATION_REASON_LENGTH) {
        refuseField("reason", `has ${reason.length} characters; give at most ${MAX_ISOLATION_REASON_LENGTH}`);
      }
      route.isolate(reason, ms === undefined ? undefined : Date.now() + ms);
      return create(IsolateRouteResponseSchema, { route: route.describe() });
    },
    restoreRoute({ route: name }, { caller }) {
      checkOperator(caller);
      const route = find(name);
      route.restore();
      return create(RestoreRouteResponseSchema, { route: route.describe() });
    },
    explainRequest({ request }, context) {
      const { requestId, timeoutMs } = context;
      if (request === undefined) refuseField("request", "is missing; give the request that is to be explained");
      validateRequest(request);
      checkCaller(request, context);
      const call = { requestId, timeoutMs, nowMs: performance.now(), unary: false };
      const plan = makePlan(request, settings, call);
      return create(ExplainRequestResponseSchema, {
        routes: plan.routes.map(explainRoute),
        policy: describePolicy({ ...plan, totalTimeoutMs: Math.round(plan.deadlineAtMs - plan.startedAtMs) }),
        estimatedInputTokens: BigInt(plan.estimatedInputTokens),
      });
    },
  };
}

/** A caller that may use some workloads only has no say over routes, which all workloads share. */
function checkOperator(caller: Caller | undefined): void {
  if (caller?.workloads === undefined) return;
  throw new CallRefused({
    reason: ErrorReason.NOT_ALLOWED,
    message: `caller ${caller.name} is limited to some workloads, so it may not isolate or restore routes`,
  });
}

/** Configured routes come before those on demand, whose names have a slash. */
function listKey({ name }: ProtectedRoute): string {
  return `${name.includes("/") ? 1 : 0} ${name}`;
}

/** The route with its standing in every workload that has it as a backup. */
function describeRoute(route: ProtectedRoute, { workloads, approvals }: PlanSettings): Route {
  const described = route.describe();
  described.approvals = Object.entries(workloads)
    .filter(([, { backups }]) => backups.includes(route.name))
    .map(([workload]) => describeApproval(approvals, workload, route.name));
  return described;
}

function describeWorkload(name: string, { workloads, maxTotalTimeoutMs, approvals }: PlanSettings): Workload {
  const workload = workloads[name];
  const policy = describePolicy(resolvePolicy([workload?.policy], PLAIN_CALL, maxTotalTimeoutMs));
  const routing = create(RoutingSchema, {
    primary: workload?.primary ?? "",
    backups: workload?.backups ?? [],
    policy,
  });
  return create(WorkloadSchema, {
    name,
    routing,
    approvals: routing.backups.map((backup) => describeApproval(approvals, name, backup)),
  });
}

function explainRoute({ route, unsupported }: PlanRoute): PlannedRoute {
  const refusal = route.refusal();
  return create(PlannedRouteSchema, {
    route: route.describe(),
    skipReason: unsupported === undefined ? (refusal?.reason ?? SkipReason.UNSPECIFIED) : unsupported.reason,
    skipMessage: unsupported?.message ?? refusal?.message ?? "",
  });
}
