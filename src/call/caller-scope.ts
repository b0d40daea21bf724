/** Says what a caller may use. */

/** Workloads and routes of a caller that is limited to some. */
export interface CallerScope {
  readonly workloads: ReadonlySet<string>;
  /** Names of routes, those of its workloads included. */
  readonly routes: ReadonlySet<string>;
  /** Beginnings of `provider/model` names: `local/` of `local/*`. */
  readonly routePrefixes: readonly string[];
}

/** A configured caller. */
export interface Caller {
  readonly name: string;
  /** Undefined: it may use everything, and steer it. */
  readonly scope: CallerScope | undefined;
}

/** Whether a caller may use a workload. Where no callers are configured, anybody may. */
export function mayUseWorkload(caller: Caller | undefined, workload: string): boolean {
  return caller?.scope?.workloads.has(workload) ?? true;
}

/** Whether a caller may use a route by its name. */
export function mayUseRoute(caller: Caller | undefined, route: string): boolean {
  const scope = caller?.scope;
  if (scope === undefined) return true;
  return scope.routes.has(route) || scope.routePrefixes.some((prefix) => route.startsWith(prefix));
}
