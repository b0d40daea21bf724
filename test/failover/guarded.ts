/** Routes with real protections, whose upstreams are scripted. */

import type { UpstreamRequest } from "../../src/call/upstream.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import { standbyRoute } from "../route/standby-route.ts";
import { type Beat, route } from "./stage.ts";

export interface Guarded {
  readonly route: ProtectedRoute;
  readonly requests: readonly UpstreamRequest[];
}

/** A route with real protections, whose upstream plays the scripts in turn. */
export function guarded(name: string, ...scripts: Beat[][]): Guarded {
  const { upstream, capabilities, requests } = route(name, scripts);
  return { route: standbyRoute({ name, model: `${name}-model`, pings: false, upstream, capabilities }), requests };
}

/** Opens the breaker of a route. Returns for how long, in milliseconds. */
export async function trip({ route: tripped }: Guarded): Promise<number> {
  for (let failure = 0; failure < 3; failure++) {
    const admission = await tripped.admit({ maxWaitMs: 0, signal: new AbortController().signal });
    if (admission.kind === "admitted") admission.lease.failed();
  }
  return (tripped.refusal()?.retryAtMs ?? Number.NaN) - Date.now();
}

/** How often each route was asked. */
export function asked(...routes: readonly Guarded[]): number[] {
  return routes.map(({ requests }) => requests.length);
}
