/** All routes of the server: those of the present configuration, and those that running calls still use. */

import type { Route as RouteDescription } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { RouteChange } from "../call/call-observer.ts";
import { sleep } from "../time/sleep.ts";
import { createChangeFeed } from "./change-feed.ts";
import { Isolations } from "./isolations.ts";
import type { ProtectedRoute } from "./protected-route.ts";
import { type HeldRoute, type RouteDefinitions, type RouteKeeper, RouteSet } from "./route-set.ts";

/** Shortest time between two messages to one watcher, in milliseconds: counts change with every attempt. */
const WATCH_INTERVAL_MS = 100;

/** What a watcher is told at once. */
export interface RouteNews {
  /** Routes as they are now. */
  readonly routes: RouteDescription[];
  /** Names of routes that are gone. */
  readonly removedRoutes: string[];
}

/** All routes of the server. */
export interface RouteTable {
  /**
   * Puts the routes of a configuration in the place of those before. A route whose definition did not change stays, with
   * its breaker, its rests, its counts and its connections.
   */
  load(definitions: RouteDefinitions): RouteSet;
  /** The routes of the present configuration by name, then those on demand by name. */
  list(): ProtectedRoute[];
  /** A route of the present configuration, if it lives. */
  find(name: string): ProtectedRoute | undefined;
  /**
   * Takes every route of this name out of service, also for calls that began with an earlier configuration, and for
   * configurations to come. Returns the route; undefined if none of this name lives.
   */
  isolate(name: string, reason: string, untilMs?: number): ProtectedRoute | undefined;
  /** Puts every route of this name back into service. Returns the route; undefined if none of this name lives. */
  restore(name: string): ProtectedRoute | undefined;
  /**
   * Gives the state of every route at once, then of those that changed, until `signal` is aborted or the table is
   * disposed of. Only routes for which `shows` is true.
   */
  watch(signal: AbortSignal, shows?: (name: string) => boolean): AsyncIterable<RouteNews>;
  /** Disposes of all routes and ends all watchers. */
  dispose(): void;
}

/** Creates a table without routes. `onChange` is told of every change of a present route's state. */
export function createRouteTable(onChange: (change: RouteChange) => void = () => {}): RouteTable {
  const feed = createChangeFeed();
  const live = new Set<HeldRoute>();
  const isolations = new Isolations();
  let current: RouteSet | undefined;

  const keeper: RouteKeeper = {
    changed: (name) => feed.changed(name),
    open(name, definition, caller) {
      const route: ProtectedRoute = definition.make({
        onChange: () => feed.changed(name),
        onTransition: (transition) => {
          if (current?.find(name)?.route === route) onChange({ route: name, ...transition });
        },
      });
      isolations.applyTo(route);
      const held: HeldRoute = { route, fingerprint: definition.fingerprint, holderCount: 0, pinCount: 0, caller };
      live.add(held);
      return held;
    },
    close(held) {
      live.delete(held);
      held.route.dispose();
    },
  };
  const list = (): ProtectedRoute[] => current?.list() ?? [];
  const find = (name: string): ProtectedRoute | undefined => current?.find(name)?.route;
  const named = (name: string): ProtectedRoute[] =>
    Array.from(live, ({ route }) => route).filter((route) => route.name === name);

  async function* watch(signal: AbortSignal, shows = (_name: string): boolean => true): AsyncGenerator<RouteNews> {
    const changes = feed.subscribe(signal);
    try {
      const all = list().filter(({ name }) => shows(name));
      yield { routes: all.map((route) => route.describe()), removedRoutes: [] };
      for (let changed = await changes.next(); changed !== undefined; changed = await changes.next()) {
        const names = [...changed].filter(shows);
        const routes = names.flatMap((name) => find(name)?.describe() ?? []);
        const removedRoutes = names.filter((name) => find(name) === undefined);
        if (names.length > 0) yield { routes, removedRoutes };
        if (!(await sleep(WATCH_INTERVAL_MS, signal))) return;
      }
    } finally {
      changes.leave();
    }
  }

  return {
    list,
    find,
    watch,
    load(definitions) {
      const before = current;
      current = new RouteSet(definitions, before, keeper);
      for (const name of new Set([...(before?.names ?? []), ...current.names])) {
        if (before?.find(name) !== current.find(name)) feed.changed(name);
      }
      return current;
    },
    isolate(name, reason, untilMs) {
      const routes = named(name);
      if (routes.length > 0) isolations.note(name, reason, untilMs);
      for (const route of routes) route.isolate(reason, untilMs);
      return find(name) ?? routes[0];
    },
    restore(name) {
      const routes = named(name);
      if (routes.length > 0) isolations.forget(name);
      for (const route of routes) route.restore();
      return find(name) ?? routes[0];
    },
    dispose() {
      feed.close();
      for (const held of Array.from(live)) keeper.close(held);
    },
  };
}
