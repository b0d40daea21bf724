/** Puts a route behind its protections: isolation, disabling, breaker, cooldown and cap, in this order of precedence. */

import { create } from "@bufbuild/protobuf";
import type { Cost, Usage } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  Availability_State as AvailabilityState,
  Availability_StateSchema as AvailabilityStateSchema,
  type Capabilities,
  type Route as RouteDescription,
  RouteSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import type { Admission, AdmitOptions, Route as CallRoute, Lease, Refused } from "../call/route.ts";
import type { Upstream } from "../call/upstream.ts";
import { createPlaces, type Place, type Places } from "./admission.ts";
import { type AttemptBudget, createAttemptBudget, HEDGE_RATES, RETRY_RATES } from "./attempt-budget.ts";
import { availabilityState, makeAvailability, type ProtectionState } from "./availability.ts";
import { type Breaker, type BreakerLease, createBreaker } from "./breaker.ts";
import { type Cooldown, createCooldown } from "./cooldown.ts";
import { createDisabling, type Disabling } from "./disabling.ts";
import { epochMs } from "./epoch-ms.ts";
import type { Hold } from "./hold.ts";
import { createIsolation, type Isolation } from "./isolation.ts";
import { makeLease } from "./make-lease.ts";
import type { ProtectedRoute } from "./protected-route.ts";
import { refusedByHold } from "./refused-by-hold.ts";
import type { RouteListeners, RouteTransition } from "./route-set.ts";
import { createSilence, type Silence } from "./silence.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

export interface RouteOptions extends RouteListeners {
  /** `claude-direct`, or `provider/model` for a route made on demand. */
  readonly name: string;
  /** The configured account. */
  readonly provider: string;
  /** Who hosts the model: `anthropic`, `compatible`. */
  readonly platform: string;
  /** The wire format: `openai-chat`. */
  readonly dialect: string;
  readonly model: string;
  /** Empty if the dialect has none. */
  readonly apiVersion: string;
  /** Dialect and API version together: routes with the same one take the same requests. */
  readonly dialectVersion: string;
  readonly capabilities: Capabilities;
  /** Whether the upstream sends pings while it thinks. */
  readonly pings: boolean;
  readonly upstream: Upstream;
  /** What of a request would be left out or changed for the upstream. Default: nothing. */
  readonly adjustmentsFor?: CallRoute["adjustmentsFor"];
  /** Closes the upstream's connections. Called once, by `dispose`. */
  readonly closeUpstream: () => void;
  readonly cost: (usage: Usage) => Cost;
  /** Most attempts at the same time; undefined if the route declares none. */
  readonly maxConcurrency: number | undefined;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
}

/** A route that left the table while a call had it in its plan. */
const CLOSED: Hold = {
  reason: SkipReason.DISABLED,
  cause: "the route was closed",
  untilMs: undefined,
  probing: false,
};

/** A call tests one route at most: two dead ones would cost it two waits. */
const SECOND_PROBE: Hold = {
  reason: SkipReason.BREAKER_OPEN,
  cause: "the call has tested another route already",
  untilMs: undefined,
  probing: false,
};

/** Creates a route in service. */
export function createRoute(options: RouteOptions): ProtectedRoute {
  return new GuardedRoute(options);
}

class GuardedRoute implements ProtectedRoute {
  readonly name: string;
  readonly model: string;
  readonly capabilities: Capabilities;
  readonly adjustmentsFor: CallRoute["adjustmentsFor"];
  readonly dialectVersion: string;
  readonly pings: boolean;
  readonly upstream: Upstream;
  readonly silence: Silence;

  readonly #options: RouteOptions;
  readonly #isolation: Isolation = createIsolation();
  readonly #disabling: Disabling = createDisabling();
  readonly #breaker: Breaker;
  readonly #cooldown: Cooldown;
  readonly #places: Places;
  readonly #retries: AttemptBudget = createAttemptBudget(RETRY_RATES);
  readonly #hedges: AttemptBudget = createAttemptBudget(HEDGE_RATES);
  readonly #wakeUp: WakeUp = createWakeUp(() => this.#changed());
  #state: AvailabilityState;
  #stateSinceMs = Date.now();
  #disposed = false;

  constructor(options: RouteOptions) {
    this.#options = options;
    this.name = options.name;
    this.model = options.model;
    this.capabilities = options.capabilities;
    this.adjustmentsFor = options.adjustmentsFor ?? (() => []);
    this.dialectVersion = options.dialectVersion;
    this.pings = options.pings;
    this.upstream = options.upstream;
    const onChange = (): void => this.#changed();
    this.#breaker = createBreaker({ name: options.name, random: options.random, onChange });
    this.#cooldown = createCooldown(options.random);
    this.#places = createPlaces(options.maxConcurrency, onChange);
    this.silence = createSilence(onChange);
    this.#state = availabilityState(this.#protection());
  }

  get idle(): boolean {
    return this.#places.inFlightCount === 0 && this.#places.waitingCount === 0;
  }

  get isolated(): boolean {
    return this.#isolation.hold() !== undefined;
  }

  async admit(options: AdmitOptions): Promise<Admission> {
    const { maxWaitMs, signal, early = false, asBackup = false, mayProbe = true } = options;
    const held = this.#hold(early, mayProbe);
    if (held !== undefined) return refuse(held);
    const place = await this.#places.take({ maxWaitMs, signal, asBackup });
    // The wait may have outlasted the reason to wait.
    const heldSince = this.#hold(early, mayProbe);
    if (place === undefined) return refuse(heldSince ?? this.#atCapacity());
    const breakerLease = heldSince === undefined ? this.#breaker.admit(early) : undefined;
    if (breakerLease !== undefined) return { kind: "admitted", lease: this.#lease(place, breakerLease) };
    place.leave();
    return refuse(heldSince ?? this.#atCapacity());
  }

  refusal(mayProbe = true): Refused | undefined {
    const hold = this.#holdOrFull(mayProbe);
    return hold && refusedByHold(hold);
  }

  coolDown(retryAfterMs: number | undefined, cause: string): void {
    this.#cooldown.rest(retryAfterMs, cause);
    this.#places.rateLimited(this.#cooldown.hold()?.untilMs ?? performance.now());
    this.#changed();
  }

  disable(kind: "at-once" | "forbidden", cause: string): void {
    this.#disabling.disable(kind, cause);
    this.#changed();
  }

  takeRetry(): boolean {
    return this.#retries.take();
  }

  takeHedge(): boolean {
    return this.#breaker.state === "closed" && this.#holdOrFull() === undefined && this.#hedges.take();
  }

  cost(usage: Usage): Cost {
    return this.#options.cost(usage);
  }

  describe(): RouteDescription {
    const { name, provider, platform, dialect, model, apiVersion, capabilities } = this.#options;
    const availability = makeAvailability(this.#protection(), this.#trackState());
    return create(RouteSchema, { name, provider, platform, dialect, model, apiVersion, capabilities, availability });
  }

  isolate(reason: string, untilMs?: number): void {
    const lengthMs = untilMs === undefined ? undefined : untilMs - Date.now();
    this.#isolation.isolate(reason, lengthMs === undefined ? undefined : performance.now() + lengthMs);
    this.#changed();
  }

  restore(): void {
    this.#isolation.restore();
    this.#disabling.end();
    this.#cooldown.end();
    this.#breaker.reset();
    this.#changed();
  }

  onIsolated(listener: (reason: string) => void): () => void {
    return this.#isolation.onIsolated(listener);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#wakeUp.setTo(undefined);
    this.#breaker.dispose();
    this.#places.dismissWaiting();
    this.#options.closeUpstream();
  }

  #lease(place: Place, breaker: BreakerLease): Lease {
    this.#retries.attempted();
    this.#hedges.attempted();
    return makeLease({ place, breaker, disabling: this.#disabling.admit(), cooldown: this.#cooldown });
  }

  /** The first reason not to call the route, apart from its cap. */
  #hold(early: boolean, mayProbe = true): Hold | undefined {
    if (this.#disposed) return CLOSED;
    return (
      this.#isolation.hold() ??
      this.#disabling.hold() ??
      this.#breaker.hold(early) ??
      this.#cooldown.hold() ??
      (mayProbe || !this.#isProbing() ? undefined : SECOND_PROBE)
    );
  }

  #holdOrFull(mayProbe = true): Hold | undefined {
    return this.#hold(false, mayProbe) ?? (this.#places.full ? this.#atCapacity() : undefined);
  }

  #isProbing(): boolean {
    return this.#disabling.probing || this.#breaker.state === "half-open";
  }

  #atCapacity(): Hold {
    const { inFlightCount, maxConcurrency, waitingCount } = this.#places;
    const cause = `${inFlightCount} of ${maxConcurrency} places taken, ${waitingCount} waiting`;
    return { reason: SkipReason.AT_CAPACITY, cause, untilMs: undefined, probing: false };
  }

  #protection(): ProtectionState {
    return {
      hold: this.#hold(false) ?? this.silence.hold() ?? this.#holdOrFull(),
      probing: this.#isProbing(),
      breaker: this.#breaker.state,
      places: this.#places,
    };
  }

  /** Wall time since when the route is in its overall state. */
  #trackState(): number {
    const state = availabilityState(this.#protection());
    if (state !== this.#state) {
      const from = stateWord(this.#state);
      const to = stateWord(state);
      this.#state = state;
      this.#stateSinceMs = Date.now();
      if (from !== to) this.#options.onTransition({ from, to, ...this.#describeHold() });
    }
    return this.#stateSinceMs;
  }

  #describeHold(): Pick<RouteTransition, "cause" | "untilMs"> {
    const hold = this.#hold(false) ?? this.silence.hold();
    return { cause: hold?.cause ?? "", untilMs: hold?.untilMs === undefined ? undefined : epochMs(hold.untilMs) };
  }

  #changed(): void {
    if (this.#disposed) return;
    const hold = this.#hold(false);
    if (hold !== undefined) this.#places.dismissWaiting();
    this.#trackState();
    this.#wakeUp.setTo(hold?.untilMs);
    this.#options.onChange();
  }
}

/** The word for a state. A full route is available: it is busy, and a moment later it is not. */
function stateWord(state: AvailabilityState): string {
  const shown = state === AvailabilityState.FULL ? AvailabilityState.AVAILABLE : state;
  return enumWord(AvailabilityStateSchema, shown);
}

function refuse(hold: Hold): Admission {
  return { kind: "refused", ...refusedByHold(hold) };
}
