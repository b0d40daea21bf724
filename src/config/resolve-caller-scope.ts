/** Works out what a caller may use. */

import type { Caller, Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { CallerScope } from "../call/caller-scope.ts";

/** The workloads and routes of a caller, those of its workloads included; undefined if it may use everything. */
export function resolveCallerScope(config: Config, { workloads, routes }: Caller): CallerScope | undefined {
  if (workloads.length === 0 && routes.length === 0) return undefined;
  const ofWorkloads = workloads.flatMap((name) => {
    const workload = config.workloads[name];
    return workload === undefined ? [] : [workload.primary, ...workload.backups];
  });
  return {
    workloads: new Set(workloads),
    routes: new Set([...ofWorkloads, ...routes.filter((route) => !route.endsWith("*"))]),
    routePrefixes: routes.flatMap((route) => (route.endsWith("*") ? route.slice(0, -1) : [])),
  };
}
