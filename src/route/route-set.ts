/** The routes of one configuration, for the calls that began with it. */

import type { ProtectedRoute } from "./protected-route.ts";

/** Most routes on demand that live. Each has connections of its own. */
const MAX_ON_DEMAND_COUNT = 256;

/** Most of them that came for one caller: the others are for the other callers. */
export const MAX_ON_DEMAND_COUNT_OF_ONE = MAX_ON_DEMAND_COUNT / 4;

/** How to make a route, and what tells it from others. */
export interface RouteDefinition {
  /** The same for two definitions exactly if their routes are alike in all that a configuration says. */
  readonly fingerprint: string;
  /** Makes a route that reports its changes to the table's listeners. */
  make(listeners: RouteListeners): ProtectedRoute;
}

/** What a configuration says of routes. */
export interface RouteDefinitions {
  /** The configured routes, by name. */
  readonly configured: ReadonlyMap<string, RouteDefinition>;
  /** The route to a provider's model; undefined if there is no such provider or it does not allow the model. */
  readonly onDemand: (provider: string, model: string) => RouteDefinition | undefined;
}

/** What a route reports. */
export interface RouteListeners {
  /** Called after every change of what `describe` shows. */
  readonly onChange: () => void;
  /** Called when the route comes into a state, or leaves it, in which it takes no calls. */
  readonly onTransition: (transition: RouteTransition) => void;
}

/** A change of a route's state. The words are those of `Availability.State`. */
export interface RouteTransition {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly untilMs: number | undefined;
}

/** A route with what it was made from, shared by the sets of all configurations that have it. */
export interface HeldRoute {
  readonly route: ProtectedRoute;
  readonly fingerprint: string;
  /** Sets that have it. At 0 it is disposed of. */
  holderCount: number;
  /** Calls that have it in their plan. While there is one it gives its place to no other. */
  pinCount: number;
  /** The caller for whom it was made; empty where no callers are configured. */
  readonly caller: string;
}

/**
 * What a name leads to: a route, nothing, or no place, because every route on demand is in use, or every one that one
 * caller may have.
 */
export type FoundRoute = ProtectedRoute | "none" | "no-place" | "no-place-of-caller";

/** Routes that stay alive while somebody needs them. */
export interface RoutePins {
  /** The route of this name; makes it if the name is `provider/model`. */
  find(name: string): FoundRoute;
  /** Nobody needs them any more. */
  release(): void;
}

/** Makes and closes routes. */
export interface RouteKeeper {
  open(name: string, definition: RouteDefinition, caller: string): HeldRoute;
  close(held: HeldRoute): void;
  /** What is known of a name changed: it came, or it went. */
  changed(name: string): void;
}

/** A route that is only looked at tells nobody of its changes. */
const UNHEARD: RouteListeners = { onChange() {}, onTransition() {} };

/** The routes of one configuration. Those that an earlier one had too are the same, with their state and connections. */
export class RouteSet {
  readonly #definitions: RouteDefinitions;
  readonly #keeper: RouteKeeper;
  readonly #configured = new Map<string, HeldRoute>();
  /** In the order of their last use, the longest unused first. */
  readonly #onDemand = new Map<string, HeldRoute>();
  #released = false;

  constructor(definitions: RouteDefinitions, before: RouteSet | undefined, keeper: RouteKeeper) {
    this.#definitions = definitions;
    this.#keeper = keeper;
    for (const [name, definition] of definitions.configured) {
      this.#configured.set(name, this.#take(name, definition, before?.find(name)));
    }
    if (before !== undefined) this.#keepOnDemand(before.#onDemand);
  }

  /** The names of all routes that live, configured ones and others. */
  get names(): string[] {
    return [...this.#configured.keys(), ...this.#onDemand.keys()];
  }

  /** Routes for a call of this caller, which stay alive until it has ended. */
  pin(caller: string): RoutePins {
    const pinned = new Set<HeldRoute>();
    return {
      find: (name) => {
        const held = this.#configured.get(name) ?? this.#getOnDemand(name, caller);
        if (typeof held === "string") return held;
        if (!pinned.has(held)) held.pinCount += 1;
        pinned.add(held);
        return held.route;
      },
      release: () => {
        for (const held of pinned) held.pinCount -= 1;
        pinned.clear();
      },
    };
  }

  /** Routes to look at: those that live, and others for as long as somebody looks, which take nobody's place. */
  look(): RoutePins {
    const made = new Map<string, ProtectedRoute>();
    return {
      find: (name) => {
        const found = this.find(name)?.route ?? made.get(name) ?? this.#defineOnDemand(name)?.make(UNHEARD);
        if (found !== undefined && this.find(name) === undefined) made.set(name, found);
        return found ?? "none";
      },
      release: () => {
        for (const route of made.values()) route.dispose();
        made.clear();
      },
    };
  }

  /** The route of this name if it lives. */
  find(name: string): HeldRoute | undefined {
    return this.#configured.get(name) ?? this.#onDemand.get(name);
  }

  /** The configured routes by name, then those on demand by name. */
  list(): ProtectedRoute[] {
    return [...sortByName(this.#configured), ...sortByName(this.#onDemand)];
  }

  /** No call uses this set any more: routes that no other set has are closed. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const held of [...this.#configured.values(), ...this.#onDemand.values()]) this.#drop(held);
  }

  /** Takes the route that an earlier set has, if it is still the same, else makes one. */
  #take(name: string, definition: RouteDefinition, before: HeldRoute | undefined): HeldRoute {
    if (before?.fingerprint === definition.fingerprint) return this.#hold(before);
    return this.#hold(this.#keeper.open(name, definition, before?.caller ?? ""));
  }

  #keepOnDemand(before: ReadonlyMap<string, HeldRoute>): void {
    for (const [name, held] of before) {
      const definition = this.#defineOnDemand(name);
      // One that was isolated is shown on, so that it can be restored; the others come when they are asked for.
      if (definition === undefined || (definition.fingerprint !== held.fingerprint && !held.route.isolated)) continue;
      this.#onDemand.set(name, this.#take(name, definition, held));
    }
  }

  #getOnDemand(name: string, caller: string): HeldRoute | Exclude<FoundRoute, ProtectedRoute> {
    const living = this.#onDemand.get(name);
    if (living !== undefined) {
      this.#onDemand.delete(name);
      this.#onDemand.set(name, living);
      return living;
    }
    const definition = this.#released ? undefined : this.#defineOnDemand(name);
    if (definition === undefined) return "none";
    if (caller !== "" && !this.#makeRoomOf(caller)) return "no-place-of-caller";
    if (!this.#makeRoom()) return "no-place";
    const held = this.#hold(this.#keeper.open(name, definition, caller));
    this.#onDemand.set(name, held);
    this.#keeper.changed(name);
    return held;
  }

  #defineOnDemand(name: string): RouteDefinition | undefined {
    const slash = name.indexOf("/");
    if (slash <= 0 || slash === name.length - 1) return undefined;
    return this.#definitions.onDemand(name.slice(0, slash), name.slice(slash + 1));
  }

  /** Makes room for one more route of a caller: one of its own goes. */
  #makeRoomOf(caller: string): boolean {
    const own = [...this.#onDemand.values()].filter((held) => held.caller === caller);
    return own.length < MAX_ON_DEMAND_COUNT_OF_ONE || this.#sendAway(own);
  }

  #makeRoom(): boolean {
    return this.#onDemand.size < MAX_ON_DEMAND_COUNT || this.#sendAway([...this.#onDemand.values()]);
  }

  /** Closes one that nobody needs. Those that rest go last, for their rest would be forgotten. */
  #sendAway(held: readonly HeldRoute[]): boolean {
    const idle = held.filter(({ route, pinCount }) => pinCount === 0 && route.idle && !route.isolated);
    const leaver = idle.find(({ route }) => route.refusal() === undefined) ?? idle[0];
    if (leaver === undefined) return false;
    this.#onDemand.delete(leaver.route.name);
    this.#drop(leaver);
    this.#keeper.changed(leaver.route.name);
    return true;
  }

  #hold(held: HeldRoute): HeldRoute {
    held.holderCount += 1;
    return held;
  }

  #drop(held: HeldRoute): void {
    held.holderCount -= 1;
    if (held.holderCount === 0) this.#keeper.close(held);
  }
}

function sortByName(routes: ReadonlyMap<string, HeldRoute>): ProtectedRoute[] {
  return Array.from(routes.values(), ({ route }) => route).sort((a, b) => (a.name < b.name ? -1 : 1));
}
