/** Knows what the names mean that requests give, by looking them up and never by listing. */

import { mayUseRoute, mayUseWorkload } from "../call/caller-scope.ts";
import type { PlanSettings } from "../plan/make-plan.ts";
import type { RouteTable } from "../route/route-table.ts";
import type { ModelNames } from "./services.ts";

/** Creates the names of workloads and routes. */
export function createModelNames({ workloads }: Pick<PlanSettings, "workloads">, table: RouteTable): ModelNames {
  return {
    kindOf(name, { caller }) {
      if (Object.hasOwn(workloads, name) && mayUseWorkload(caller, name)) return "workload";
      if (!mayUseRoute(caller, name)) return undefined;
      return name.includes("/") || table.find(name) !== undefined ? "route" : undefined;
    },
    modelOf(route) {
      // A route on demand is its own model; to look for it would make it.
      const slash = route.indexOf("/");
      return slash >= 0 ? route.slice(slash + 1) : (table.find(route)?.model ?? route);
    },
  };
}
