/** All routes of the server: the configured ones, and those that requests name as `provider/model`. */

import type { Route as RouteDescription } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { sleep } from "../time/sleep.ts";
import { createChangeFeed } from "./change-feed.ts";
import type { ProtectedRoute } from "./protected-route.ts";

/** Most routes on demand that live. Each has connections of its own. */
const MAX_ON_DEMAND_COUNT = 256;

/** Shortest time between two messages to one watcher, in milliseconds: counts change with every attempt. */
const WATCH_INTERVAL_MS = 100;

/** Makes a route that reports its changes to `onChange`. */
export type RouteMaker = (onChange: () => void) => ProtectedRoute;

export interface RouteTableOptions {
  /** Makers of the configured routes, by name. */
  readonly configured: ReadonlyMap<string, RouteMaker>;
  /** Finds how to make the route to a provider's model; undefined if there is no such provider or it does not allow it. */
  readonly onDemand: (provider: string, model: string) => RouteMaker | undefined;
}

/** All routes of the server. */
export interface RouteTable {
  /**
   * The route of this name; makes it if the name is `provider/model`. Undefined if there is none, or if 256 routes on
   * demand live and every one of them is in use or isolated.
   */
  get(name: string): ProtectedRoute | undefined;
  /** The configured routes by name, then those on demand by name. */
  list(): ProtectedRoute[];
  /**
   * Gives the state of every route at once, then of those that changed, until `signal` is aborted or the table is
   * disposed of. With `names`, of these only.
   */
  watch(signal: AbortSignal, names?: ReadonlySet<string>): AsyncIterable<RouteDescription[]>;
  /** Disposes of all routes and ends all watchers. */
  dispose(): void;
}

/** Creates the table and the configured routes. */
export function createRouteTable(options: RouteTableOptions): RouteTable {
  const feed = createChangeFeed();
  const make = (name: string, maker: RouteMaker): ProtectedRoute => maker(() => feed.changed(name));
  const configured = new Map([...options.configured].map(([name, maker]) => [name, make(name, maker)]));
  /** In the order of their last use, the longest unused first. */
  const onDemand = new Map<string, ProtectedRoute>();

  const find = (name: string): ProtectedRoute | undefined => configured.get(name) ?? onDemand.get(name);
  const list = (): ProtectedRoute[] => [...sortByName(configured), ...sortByName(onDemand)];

  /** Makes room for one more route. Those that rest go last, for their rest would be forgotten. */
  const makeRoom = (): boolean => {
    if (onDemand.size < MAX_ON_DEMAND_COUNT) return true;
    const idle = [...onDemand.values()].filter((route) => route.idle && !route.isolated);
    const leaver = idle.find((route) => route.refusal() === undefined) ?? idle[0];
    if (leaver === undefined) return false;
    onDemand.delete(leaver.name);
    feed.forget(leaver.name);
    leaver.dispose();
    return true;
  };

  const getOnDemand = (name: string): ProtectedRoute | undefined => {
    const living = onDemand.get(name);
    if (living !== undefined) {
      onDemand.delete(name);
      onDemand.set(name, living);
      return living;
    }
    const slash = name.indexOf("/");
    if (slash <= 0 || slash === name.length - 1) return undefined;
    const maker = options.onDemand(name.slice(0, slash), name.slice(slash + 1));
    if (maker === undefined || !makeRoom()) return undefined;
    const route = make(name, maker);
    onDemand.set(name, route);
    feed.changed(name);
    return route;
  };

  async function* watch(signal: AbortSignal, names?: ReadonlySet<string>): AsyncGenerator<RouteDescription[]> {
    const changes = feed.subscribe(signal);
    const describe = (routes: ProtectedRoute[]): RouteDescription[] =>
      routes.filter(({ name }) => names?.has(name) ?? true).map((route) => route.describe());
    try {
      yield describe(list());
      for (let changed = await changes.next(); changed !== undefined; changed = await changes.next()) {
        const routes = describe([...changed].flatMap((name) => find(name) ?? []));
        if (routes.length > 0) yield routes;
        if (!(await sleep(WATCH_INTERVAL_MS, signal))) return;
      }
    } finally {
      changes.leave();
    }
  }

  return {
    list,
    watch,
    get: (name) => configured.get(name) ?? getOnDemand(name),
    dispose() {
      feed.close();
      for (const route of list()) route.dispose();
    },
  };
}

function sortByName(routes: ReadonlyMap<string, ProtectedRoute>): ProtectedRoute[] {
  return [...routes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
