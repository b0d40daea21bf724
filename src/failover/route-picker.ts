/** Finds the next route of a call that may be asked now, and keeps a record of every one that it passes over. */

import { Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan, PlannedRoute } from "../call/plan.ts";
import type { Admission, Lease, Refused, Route } from "../call/route.ts";
import { describeLimit } from "../time/duration.ts";
import type { SilenceWatches } from "./attempt/silence-watch.ts";
import { MAX_ADMISSION_WAIT_MS, MIN_ATTEMPT_TIME_MS } from "./engine-limits.ts";
import type { SkipRecord } from "./ledger/skip-record.ts";

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
  readonly #watches: SilenceWatches;
  readonly #signal: AbortSignal;
  /** Routes that were passed over because most of their answers are silent. */
  readonly #silent: Route[] = [];
  #next = 0;
  #admittedAny = false;
  /** The open route that was let through before its time. */
  #probed: Route | undefined;

  constructor(plan: Plan, watches: SilenceWatches, signal: AbortSignal) {
    this.#plan = plan;
    this.#watches = watches;
    this.#signal = signal;
  }

  /** Whether a further route could still be asked. */
  get hasNext(): boolean {
    return this.#plan.routes.slice(this.#next).some(({ unsupported }) => unsupported === undefined);
  }

  /** Whether a further route would be admitted now, so that leaving the present one is worth it. */
  get canMove(): boolean {
    return this.readyCount > 0;
  }

  /** How many further routes would be admitted now. */
  get readyCount(): number {
    return this.#plan.routes
      .slice(this.#next)
      .filter(
        ({ route, unsupported }) =>
          unsupported === undefined && route.refusal() === undefined && !this.#watches.of(route).silent,
      ).length;
  }

  /** The next route that may be asked now, or undefined if there is none. */
  async pick(demand: Demand): Promise<Picked | undefined> {
    for (;;) {
      const planned = this.#plan.routes[this.#next];
      if (planned === undefined) return this.#pickHeldUp();
      this.#next++;
      const picked = await this.#ask(planned, demand);
      if (picked !== undefined) return picked;
      if (this.#signal.aborted) return undefined;
    }
  }

  /** The next route for a hedge, if it may start one. Passes nothing over: without a hedge its turn comes later. */
  async pickHedge(): Promise<Picked | undefined> {
    const turn = this.#next;
    const planned = this.#plan.routes[turn];
    if (planned === undefined || planned.unsupported !== undefined) return undefined;
    const { route } = planned;
    if (this.#watches.of(route).silent || !route.takeHedge()) return undefined;
    const admission = await route.admit({ maxWaitMs: 0, signal: this.#signal, asBackup: true });
    if (admission.kind === "refused") return undefined;
    if (this.#next !== turn) {
      // Meanwhile the call went on to this route by itself.
      admission.lease.neutral();
      return undefined;
    }
    this.#next++;
    return { route, lease: admission.lease };
  }

  /** Gives the route of the latest hedge its turn back, because the hedge did not start or lost. */
  returnHedge(): void {
    this.#next--;
  }

  /** Whether the same route may be asked again. One that is open is probed once, whatever its failure was. */
  mayAskAgain(route: Route): boolean {
    return route !== this.#probed;
  }

  /** Asks the same route again. A refusal is a skip. */
  async again(route: Route): Promise<Picked | undefined> {
    return this.#admitted(route, await this.#admit(route, false));
  }

  /** The call fails before the turn of the routes that are left: none of them is missing from the ledger. */
  skipRest(why: Refused): void {
    for (const { route, unsupported } of this.#plan.routes.slice(this.#next)) {
      if (unsupported === undefined) this.#skip(route, why);
      else this.#skip(route, { ...unsupported, retryAtMs: undefined }, unsupported.contextTooLong);
    }
    this.#next = this.#plan.routes.length;
  }

  async #ask({ route, unsupported }: PlannedRoute, demand: Demand): Promise<Picked | undefined> {
    const message = unsupported?.message ?? unmet(route, demand);
    if (message !== undefined) {
      const reason = unsupported?.reason ?? SkipReason.UNSUPPORTED;
      const contextTooLong = unsupported?.contextTooLong ?? demand.largerThan !== undefined;
      this.#skip(route, { reason, message, retryAtMs: undefined }, contextTooLong);
      return undefined;
    }
    const remainingMs = this.#remainingMs();
    if (remainingMs < MIN_ATTEMPT_TIME_MS) {
      const left = `only ${describeLimit(Math.max(0, remainingMs))} are left of the call's deadline`;
      this.#skip(route, { reason: SkipReason.NO_TIME, message: left, retryAtMs: undefined });
      return undefined;
    }
    if (this.#watches.of(route).silent && this.hasNext) {
      this.#silent.push(route);
      const silent = "most of its running answers have fallen silent";
      this.#skip(route, { reason: SkipReason.BREAKER_OPEN, message: silent, retryAtMs: undefined });
      return undefined;
    }
    return this.#admitted(route, await this.#admit(route, false));
  }

  /**
   * When no other route can be asked: the silent ones after all, which may speak again; and when nothing was tried and
   * every route is open, the one that is due soonest, one call at a time, so that an outage ends with the first upstream
   * that comes back.
   */
  async #pickHeldUp(): Promise<Picked | undefined> {
    for (let silent = this.#silent.shift(); silent !== undefined; silent = this.#silent.shift()) {
      const picked = await this.#askHeldUp(silent, false);
      if (picked !== undefined || this.#signal.aborted) return picked;
    }
    const due = this.#soonestOpen();
    if (due === undefined || this.#signal.aborted) return undefined;
    this.#probed = due;
    return this.#askHeldUp(due, true);
  }

  /** Asks a route that was passed over. It is no skip any more, or one for the reason that refuses it now. */
  async #askHeldUp(route: Route, early: boolean): Promise<Picked | undefined> {
    const admission = await this.#admit(route, early);
    const turn = this.skips.findIndex((skip) => skip.route === route.name);
    if (admission.kind === "refused") {
      this.skips.splice(turn, 1, makeSkip(route, admission));
      return undefined;
    }
    this.skips.splice(turn, 1);
    return this.#admitted(route, admission);
  }

  #soonestOpen(): Route | undefined {
    if (this.#admittedAny) return undefined;
    const fit = this.#plan.routes.filter(({ unsupported }) => unsupported === undefined);
    const open = this.skips.filter(({ reason }) => reason === SkipReason.BREAKER_OPEN);
    if (fit.length === 0 || open.length !== fit.length) return undefined;
    const due = open.reduce((one, other) => ((other.retryAtMs ?? 0) < (one.retryAtMs ?? 0) ? other : one));
    return fit.find(({ route: { name } }) => name === due.route)?.route;
  }

  #admit(route: Route, early: boolean): Promise<Admission> {
    const maxWaitMs = Math.max(0, Math.min(MAX_ADMISSION_WAIT_MS, this.#remainingMs() - MIN_ATTEMPT_TIME_MS));
    return route.admit({ maxWaitMs, signal: this.#signal, early, asBackup: this.#next > 1 });
  }

  #admitted(route: Route, admission: Admission): Picked | undefined {
    if (admission.kind === "admitted") {
      this.#admittedAny = true;
      return { route, lease: admission.lease };
    }
    this.#skip(route, admission);
    return undefined;
  }

  #skip(route: Route, refused: Refused, contextTooLong = false): void {
    this.skips.push(makeSkip(route, refused, contextTooLong));
  }

  #remainingMs(): number {
    return this.#plan.deadlineAtMs - performance.now();
  }
}

function makeSkip(route: Route, { reason, message, retryAtMs }: Refused, contextTooLong = false): SkipRecord {
  return { route: route.name, reason, message, retryAtMs, contextTooLong };
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
