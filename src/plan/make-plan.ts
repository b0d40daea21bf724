/** Turns a request and the configuration into an ordered plan of routes with limits. Pure, no I/O. */

import { RequestRouting, type Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { type Policy, SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan, PlannedRoute, Unsupported } from "../call/plan.ts";
import type { Route } from "../call/route.ts";
import type { Approvals } from "./approvals.ts";
import { findWorkload } from "./find-workload.ts";
import { estimateInputTokens } from "./input-tokens.ts";
import { doesThink, resolveLimits, shareLimits } from "./limits.ts";
import { resolvePolicy } from "./policy.ts";
import { resolveRouteNames } from "./routing.ts";
import { findUnsupported } from "./unsupported.ts";

/** What the configuration says about all calls. */
export interface PlanSettings {
  readonly workloads: Readonly<Record<string, Workload>>;
  readonly requestRouting: RequestRouting;
  readonly maxTotalTimeoutMs: number;
  readonly continuationInstruction: string;
  /** Routes for a call of this caller, which stay alive until they are released. */
  readonly pinRoutes: (caller: string) => FoundRoutes;
  /** Routes to look at, which are made for nobody. */
  readonly lookAtRoutes: () => FoundRoutes;
  readonly approvals: Approvals;
}

/** Routes that somebody needs for a while. */
export interface FoundRoutes {
  /** The route of a name. Throws `CallRefused` for a name that means nothing, is not allowed or has no place. */
  find(name: string): Route;
  /** They are not needed any more. */
  release(): void;
}

/** What is known about one call besides its request. */
export interface CallFacts {
  readonly routes: Pick<FoundRoutes, "find">;
  readonly requestId: string;
  /** The caller's name; empty where no callers are configured. */
  readonly caller: string;
  /** The client's own deadline as a length, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** By `performance.now()`. */
  readonly nowMs: number;
  /** Whether the answer is wanted in one piece, so that it is held back whatever the policy says. */
  readonly unary: boolean;
}

/**
 * The report must arrive before the client gives up by itself: so much earlier than its deadline the call ends, or 2 %
 * of the deadline if that is more, but never more than half of it.
 */
const DEADLINE_MARGIN_MS = 100;
const DEADLINE_MARGIN_SHARE = 0.02;

/** Makes the plan of a call. Throws `CallRefused` if the request names what does not exist or may not be used. */
export function makePlan(request: CompleteRequest, settings: PlanSettings, call: CallFacts): Plan {
  const workload = request.workload === "" ? undefined : findWorkload(request.workload, settings.workloads);
  const names = resolveRouteNames({ workload, requested: request.routing, allowed: settings.requestRouting });
  const facts = { routeCount: names.length, asksForJson: asksForJson(request), clientTimeoutMs: call.timeoutMs };
  const policies = [request.routing?.policy, workload?.policy];
  const policy = resolvePolicy(policies, facts, settings.maxTotalTimeoutMs);
  const estimatedInputTokens = estimateInputTokens(request);
  return {
    requestId: call.requestId,
    workload: request.workload,
    tenant: `${call.caller} ${request.workload}`,
    request,
    routes: names.map((name) => {
      const route = call.routes.find(name);
      const notApproved = findNotApproved(request.workload, name, settings.approvals);
      const unsupported = findUnsupported(request, route, policy.skipsUnsupported, estimatedInputTokens);
      return {
        route,
        ...limitsOn(route, request, policies, estimatedInputTokens),
        unsupported: notApproved ?? unsupported,
      };
    }),
    startedAtMs: call.nowMs,
    deadlineAtMs: call.nowMs + Math.min(policy.totalTimeoutMs, answerWithin(call.timeoutMs)),
    maxAttempts: policy.maxAttempts,
    maxRetryWaitMs: policy.maxRetryWaitMs,
    switchesAfterText: policy.switchesAfterText,
    holdsBackAnswer: call.unary || policy.holdsBackAnswer,
    holdsBackWords: policy.holdsBackWords,
    hedges: policy.hedges,
    reroutesContentFilter: policy.reroutesContentFilter,
    skipsUnsupported: policy.skipsUnsupported,
    cache: policy.cache,
    estimatedInputTokens,
    resumedText: request.resume?.deliveredText ?? "",
    continuationInstruction: settings.continuationInstruction,
  };
}

/** Why a route may not be used; undefined if it may. A primary that the request names is approved like a backup. */
function findNotApproved(workload: string, route: string, approvals: Approvals): Unsupported | undefined {
  const problem = approvals.enforced ? approvals.of(workload, route).problem : undefined;
  if (problem === undefined) return undefined;
  const message = `${problem.message}; ${problem.mend}`;
  return { reason: SkipReason.NOT_APPROVED, message, contextTooLong: false };
}

function limitsOn(
  { capabilities }: Route,
  request: CompleteRequest,
  [requested, workload]: readonly (Policy | undefined)[],
  estimatedInputTokens: number,
): Pick<PlannedRoute, "limits" | "sharedLimits"> {
  const thinks = doesThink(capabilities.thinking, request.reasoning);
  const facts = { estimatedInputTokens, thinks, declaresTools: request.tools.length > 0 };
  const sharedLimits = shareLimits(workload, facts);
  return { limits: requested === undefined ? sharedLimits : resolveLimits([requested, workload], facts), sharedLimits };
}

function asksForJson({ responseFormat }: CompleteRequest): boolean {
  const kind = responseFormat?.format.case;
  return kind === "jsonObject" || kind === "jsonSchema";
}

/** How long the call may take so that its end arrives before the client's own deadline. */
function answerWithin(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
  const marginMs = Math.max(DEADLINE_MARGIN_MS, timeoutMs * DEADLINE_MARGIN_SHARE);
  return timeoutMs - Math.min(marginMs, timeoutMs / 2);
}
