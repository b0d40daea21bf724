/** What one configuration became: routes, services, callers and limits, as one value that is swapped whole. */

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { CallObserver } from "../call/call-observer.ts";
import { CONTINUATION_INSTRUCTION } from "../config/policy-defaults.ts";
import { resolveCallerScope } from "../config/resolve-caller-scope.ts";
import { type CallCounts, type CallerSettings, createCallers } from "../edge/admission/callers.ts";
import type { EdgeGeneration } from "../edge/edge-generation.ts";
import { makeEdgeLimits } from "../edge/edge-limits.ts";
import type { Engine } from "../failover/engine.ts";
import type { SchemaCheck } from "../failover/schema/verify-answer.ts";
import { getRoute } from "../plan/get-route.ts";
import type { FoundRoutes, PlanSettings } from "../plan/make-plan.ts";
import { defineRoutes } from "../route/define-routes.ts";
import type { RoutePins, RouteSet } from "../route/route-set.ts";
import type { RouteTable } from "../route/route-table.ts";
import { createAdmin, type Reload } from "../service/admin.ts";
import { createComparison } from "../service/comparison.ts";
import type { ComparisonPlaces } from "../service/comparison-places.ts";
import { createCompletion } from "../service/completion.ts";
import { createRoutes } from "../service/routes.ts";
import { locateSampleSets, type Setup } from "./setup.ts";

/** What all generations share: it outlives every configuration. */
export interface SharedParts {
  readonly table: RouteTable;
  readonly engine: Engine;
  /** An engine of its own, so that what a comparison breaks on purpose makes no route look silent. */
  readonly comparisonEngine: Engine;
  readonly checkSchema: SchemaCheck;
  readonly observer: Required<CallObserver>;
  readonly callCounts: CallCounts;
  readonly comparisonPlaces: ComparisonPlaces;
  readonly reload: Reload;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
}

export interface Generation extends EdgeGeneration {
  /** Counts the configurations of this process, from 1. */
  readonly number: number;
  readonly setup: Setup;
  /** When it was made, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Aborted when a configuration has other callers, or allows them other things. */
  readonly callersEnd: AbortController;
  /** No new call begins with it: its routes are closed when the last running one has ended. */
  retire(): void;
}

/** Makes the generation of a setup, and puts its routes in the place of those of the generation `before`. */
export function makeGeneration(setup: Setup, shared: SharedParts, before?: Generation): Generation {
  const { loaded, settings } = setup;
  const callers = listCallers(setup);
  const keepsCallers = before !== undefined && isDeepStrictEqual(listCallers(before.setup), callers);
  const callersEnd = keepsCallers ? before.callersEnd : new AbortController();
  const { table, observer, random } = shared;
  const routes = table.load(defineRoutes(loaded.config, random));
  const planSettings = makePlanSettings(setup, routes);
  let exchangeCount = 0;
  let retired = false;
  const releaseIfDone = (): void => {
    if (retired && exchangeCount === 0) routes.release();
  };
  return {
    number: (before?.number ?? 0) + 1,
    setup,
    sinceMs: Date.now(),
    callersEnd,
    services: {
      completion: createCompletion(planSettings, shared.engine),
      routes: createRoutes(planSettings, table, observer, callersEnd.signal),
      comparison: createComparison({
        settings: planSettings,
        engine: shared.comparisonEngine,
        observer,
        checkSchema: shared.checkSchema,
        sampleSets: locateSampleSets(loaded),
        places: shared.comparisonPlaces,
        random,
      }),
      admin: createAdmin(shared.reload),
    },
    limits: makeEdgeLimits(settings),
    callers: createCallers(callers, shared.callCounts),
    corsOrigins: settings.corsOrigins,
    allowedHosts: settings.allowedHosts,
    enter() {
      exchangeCount += 1;
      return () => {
        exchangeCount -= 1;
        releaseIfDone();
      };
    },
    retire() {
      retired = true;
      releaseIfDone();
    },
  };
}

function makePlanSettings({ loaded: { config }, settings, approvals }: Setup, routes: RouteSet): PlanSettings {
  return {
    workloads: config.workloads,
    requestRouting: config.requestRouting,
    maxTotalTimeoutMs: settings.maxTotalTimeoutMs,
    continuationInstruction: config.continuationInstruction ?? CONTINUATION_INSTRUCTION,
    pinRoutes: (caller) => findIn(config, routes.pin(caller)),
    lookAtRoutes: () => findIn(config, routes.look()),
    approvals,
  };
}

function findIn(config: Config, pins: RoutePins): FoundRoutes {
  return { find: (name) => getRoute(config, pins, name), release: () => pins.release() };
}

function listCallers({ loaded: { config } }: Setup): CallerSettings[] {
  return Object.entries(config.callers).map(([name, caller]) => ({
    name,
    scope: resolveCallerScope(config, caller),
    apiKey: caller.apiKey,
    maxConcurrency: caller.maxConcurrency,
  }));
}
