/** Finds the next route of a call that may be asked now, and keeps a record of every one that it passes over. */

import { Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Admission, Lease, Refused, Route } from "../route/route.ts";
import { describeDuration } from "./describe-outcome.ts";
import { MAX_ADMISSION_WAIT_MS, MIN_ATTEMPT_TIME_MS } from "./limits.ts";
import type { Plan, PlannedRoute } from "./plan.ts";
import type { SkipRecord } from "./skip-record.ts";

/** A route that may be asked now. */
export interface Picked {
  readonly route: Route;
  readonly lease: Lease;
}

/** What the next route must be able to do beyond what the plan knows. */
export interface Demand {
  /** Whether it must go on with an answer that another began. */
  readonly continues: boolean;
  /** The route whose model's window was too small; the next must have a larger one. */
  readonly largerThan: Route | undefined;
}

/** Walks through a plan's routes once, in order. */
export class RoutePicker {
  readonly skips: SkipRecord[] = [];
  readonly #plan: Plan;
  readonly #signal: AbortSignal;
  #next = 0;

  constructor(plan: Plan, signal: AbortSignal) {
    this.#plan = plan;
    this.#signal = signal;
  }

  /** Whether a further route could still be asked. */
  get hasNext(): boolean {
    return this.#plan.routes.slice(this.#next).some(({ unsupported }) => unsupported === undefined);
  }

  /** The next route that may be asked now, or undefined if there is none. */
  async pick(demand: Demand): Promise<Picked | undefined> {
    for (;;) {
      const planned = this.#plan.routes[this.#next];
      if (planned === undefined) return this.#pickOpen();
      this.#next++;
      const picked = await this.#ask(planned, demand);
      if (picked !== undefined) return picked;
      if (this.#signal.aborted) return undefined;
    }
  }

  /** Asks the same route again. A refusal is a skip. */
  async again(route: Route): Promise<Picked | undefined> {
    return this.#admitted(route, await this.#admit(route, false));
  }

  async #ask({ route, unsupported }: PlannedRoute, demand: Demand): Promise<Picked | undefined> {
    const message = unsupported?.message ?? unmet(route, demand);
    if (message !== undefined) {
      const contextTooLong = unsupported?.contextTooLong ?? demand.largerThan !== undefined;
      this.#skip(route, { reason: SkipReason.UNSUPPORTED, message, retryAtMs: undefined }, contextTooLong);
      return undefined;
    }
    const remainingMs = this.#remainingMs();
    if (remainingMs < MIN_ATTEMPT_TIME_MS) {
      const left = `only ${describeDuration(Math.max(0, remainingMs))} are left of the call's deadline`;
      this.#skip(route, { reason: SkipReason.NO_TIME, message: left, retryAtMs: undefined });
      return undefined;
    }
    return this.#admitted(route, await this.#admit(route, false));
  }

  /**
   * When nothing was tried and every route is open, one call at a time probes the route that is due soonest, so that
   * an outage ends with the first upstream that comes back.
   */
  async #pickOpen(): Promise<Picked | undefined> {
    const fit = this.#plan.routes.filter(({ unsupported }) => unsupported === undefined);
    const open = this.skips.filter(({ reason }) => reason === SkipReason.BREAKER_OPEN);
    if (fit.length === 0 || open.length !== fit.length || this.#signal.aborted) return undefined;
    const due = open.reduce((one, other) => ((other.retryAtMs ?? 0) < (one.retryAtMs ?? 0) ? other : one));
    const route = fit.find(({ route: { name } }) => name === due.route)?.route;
    if (route === undefined) return undefined;
    const admission = await this.#admit(route, true);
    if (admission.kind === "refused") return undefined;
    this.skips.splice(this.skips.indexOf(due), 1);
    return { route, lease: admission.lease };
  }

  #admit(route: Route, early: boolean): Promise<Admission> {
    const maxWaitMs = Math.max(0, Math.min(MAX_ADMISSION_WAIT_MS, this.#remainingMs() - MIN_ATTEMPT_TIME_MS));
    return route.admit({ maxWaitMs, signal: this.#signal, early, asBackup: this.#next > 1 });
  }

  #admitted(route: Route, admission: Admission): Picked | undefined {
    if (admission.kind === "admitted") return { route, lease: admission.lease };
    this.#skip(route, admission);
    return undefined;
  }

  #skip(route: Route, { reason, message, retryAtMs }: Refused, contextTooLong = false): void {
    this.skips.push({ route: route.name, reason, message, retryAtMs, contextTooLong });
  }

  #remainingMs(): number {
    return this.#plan.deadlineAtMs - performance.now();
  }
}

/** Why a route does not meet a demand; undefined if it does. */
function unmet(route: Route, { continues, largerThan }: Demand): string | undefined {
  if (continues && route.capabilities.continuation === Continuation.NONE) {
    return "cannot go on with an answer that another route began";
  }
  if (largerThan === undefined) return undefined;
  const window = route.capabilities.contextWindowTokens;
  const tooSmall = largerThan.capabilities.contextWindowTokens;
  const larger = window !== undefined && tooSmall !== undefined ? window > tooSmall : route.model !== largerThan.model;
  return larger ? undefined : `its window is not larger than that of ${largerThan.name}`;
}
