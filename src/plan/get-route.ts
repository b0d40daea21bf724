/** Finds the route that a workload or a request names. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeNotConfigured } from "../call/not-configured.ts";
import { CallRefused } from "../call/refusal.ts";
import { findRoute } from "../config/route-reference.ts";
import type { ProtectedRoute } from "../route/protected-route.ts";
import { MAX_ON_DEMAND_COUNT_OF_ONE, type RoutePins } from "../route/route-set.ts";

/** When a place may be free again, in milliseconds: answers take a few seconds. */
const RETRY_MS = 1_000;

/** The route of a name. Throws `CallRefused` with the reason for which there is none. */
export function getRoute(config: Config, routes: Pick<RoutePins, "find">, name: string): ProtectedRoute {
  const route = routes.find(name);
  if (typeof route !== "string") return route;
  if (route === "no-place-of-caller") {
    const message =
      `route ${name} has no place: running calls of the caller use ${MAX_ON_DEMAND_COUNT_OF_ONE} routes on demand, ` +
      "as many as one caller may; wait for some to end, or configure routes";
    throw new CallRefused({ reason: ErrorReason.CALLER_LIMIT, message, retryAfterMs: RETRY_MS });
  }
  const found = findRoute(config, name);
  switch (found.kind) {
    case "unknown-provider": {
      const message = `provider ${found.providerName} is not configured`;
      throw new CallRefused({ reason: ErrorReason.PROVIDER_NOT_FOUND, message });
    }
    case "model-not-allowed": {
      const message = `provider ${found.providerName} does not allow model ${found.model}: add it to its allow_models`;
      throw new CallRefused({ reason: ErrorReason.NOT_ALLOWED, message });
    }
    case "unknown-route":
      throw makeNotConfigured("route", name, Object.keys(config.routes));
    case "configured":
    case "provider-model": {
      const message = `route ${name} has no place: too many routes on demand are in use`;
      throw new CallRefused({ reason: ErrorReason.AT_CAPACITY, message });
    }
  }
}
