/** Finds the route that a workload or a request names. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeNotConfigured } from "../call/not-configured.ts";
import { CallRefused } from "../call/refusal.ts";
import { findRoute } from "../config/route-reference.ts";
import type { ProtectedRoute } from "../route/protected-route.ts";
import type { RouteSet } from "../route/route-set.ts";

/** The route of a name. Throws `CallRefused` with the reason for which there is none. */
export function getRoute(config: Config, routes: Pick<RouteSet, "get">, name: string): ProtectedRoute {
  const route = routes.get(name);
  if (route !== undefined) return route;
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
