/** Answers `ComparisonService`: finds the routes and the samples, and runs the comparison. */

import { create } from "@bufbuild/protobuf";
import { RequestRouting } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type CompleteRequest, CompleteResponseSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { RoutingSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { CallObserver } from "../call/call-observer.ts";
import type { CallRecord, CallRun } from "../call/call-record.ts";
import type { Caller } from "../call/caller-scope.ts";
import type { Plan } from "../call/plan.ts";
import { resolveMargins } from "../compare/margins.ts";
import { runComparison } from "../compare/run/run-comparison.ts";
import type { TrialTools } from "../compare/run/run-trial.ts";
import type { Engine } from "../failover/engine.ts";
import type { SchemaCheck } from "../failover/schema/verify-answer.ts";
import { type CallFacts, type FoundRoutes, makePlan, type PlanSettings } from "../plan/make-plan.ts";
import { collectAnswer } from "./collect-answer.ts";
import type { ComparisonPlaces } from "./comparison-places.ts";
import { findComparedRoutes, keepCurrent } from "./comparison-routes.ts";
import { findSamples } from "./comparison-samples.ts";
import { noteRequest } from "./note-request.ts";
import type { ComparisonHandlers } from "./services.ts";

export interface ComparisonOptions {
  readonly settings: PlanSettings;
  readonly engine: Engine;
  /** Learns of every call that a comparison makes: it costs money like any other. */
  readonly observer: Pick<Required<CallObserver>, "callEnded">;
  readonly checkSchema: SchemaCheck;
  /** Files of the sample sets, by name. */
  readonly sampleSets: ReadonlyMap<string, string>;
  readonly places: ComparisonPlaces;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
}

/** Creates the handlers of `ComparisonService`. */
export function createComparison(options: ComparisonOptions): ComparisonHandlers {
  const { settings, engine, checkSchema, sampleSets, places, random, observer } = options;
  const makeTools = (caller: Caller | undefined, found: FoundRoutes): TrialTools => ({
    planCall: (request, routes, requestId) => planCall(request, routes, { requestId, routes: found }, settings),
    complete(plan, signal) {
      const onEnd = (run: CallRun): void => observer.callEnded(makeTrialRecord(plan, run, caller));
      return collectAnswer(
        create(CompleteResponseSchema, { requestId: plan.requestId }),
        engine.run(plan, signal, onEnd),
      );
    },
    checkSchema,
    paces: places.paces,
  });
  return {
    async *compareRoutes(request, context) {
      noteRequest(context.trail, { workload: request.workload }, settings.workloads);
      const found = settings.pinRoutes(context.caller?.name ?? "");
      let leave: (() => void) | undefined;
      try {
        const { workload, primary, backups } = findComparedRoutes(request, context, settings, found);
        const samples = await findSamples(request, sampleSets, context.caller);
        leave = places.take();
        yield* runComparison(
          {
            comparisonId: context.requestId,
            primary,
            backups,
            samples,
            switches: request.switch,
            seed: request.seed ?? BigInt(Math.floor(random() * 2 ** 32)),
            maxMicroUsd: request.maxCostMicroUsd,
            maxTokens: request.maxTokens,
            margins: resolveMargins([request.acceptance, workload.acceptance]),
            done: keepCurrent(request.done, samples, [primary, ...backups], found),
            includeText: request.includeText,
          },
          makeTools(context.caller, found),
          context.signal,
        );
      } finally {
        leave?.();
        found.release();
      }
    },
  };
}

/** Plans a call with the workload's policy over routes of the comparison's own. */
function planCall(
  request: CompleteRequest,
  routes: readonly string[],
  facts: Pick<CallFacts, "requestId" | "routes">,
  settings: PlanSettings,
): Plan {
  const [primary = "", ...backups] = routes;
  const routed = { ...request, routing: create(RoutingSchema, { primary, backups }) };
  // What a comparison is to find out cannot be its condition.
  const approvals = { ...settings.approvals, enforced: false };
  const allowed = { ...settings, requestRouting: RequestRouting.ANY, approvals };
  const call = { ...facts, caller: "comparison", timeoutMs: undefined, unary: false, nowMs: performance.now() };
  return makePlan(routed, allowed, call);
}

/** The record of a call that a comparison made, on behalf of who asked for the comparison. */
function makeTrialRecord(plan: Plan, run: CallRun, caller: Caller | undefined): CallRecord {
  const durationMs = performance.now() - plan.startedAtMs;
  return {
    requestId: plan.requestId,
    door: "comparison",
    method: "Complete",
    caller: caller?.name,
    workload: plan.workload,
    labels: plan.request.labels,
    startTimeMs: Date.now() - durationMs,
    durationMs,
    routes: plan.routes.map(({ route }) => route.name),
    run,
    ending: run.ending,
  };
}
