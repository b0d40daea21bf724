/** Finds the next route of a call that may be asked now, and keeps a record of every one that it passes over. */

import { Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan, PlannedRoute } from "../call/plan.ts";
import type { Admission, Lease, Refused, Route } from "../call/route.ts";
import { describeLimit } from "../time/duration.ts";
import { MAX_ADMISSION_WAIT_MS, MIN_ATTEMPT_TIME_MS } from "./engine-limits.ts";
import type { SkipRecord } from "./ledger/skip-record.ts";

/** A route that may be asked now. */
export interface Picked {
  readonly planned: PlannedRoute;
  readonly lease: Lease;
  /** Whether the call goes there to see whether the route works again. */
  readonly isTrial: boolean;
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
  /** Routes whose turn is to come. */
  readonly #left: PlannedRoute[];
  /** Routes that were passed over because most of their answers are silent. */
  readonly #silent: PlannedRoute[] = [];
  #admittedAny = false;
  /** The failed route that the call tested. One call tests one route. */
  #tested: Route | undefined;
  /** The open route that was let through before its time. */
  #probedEarly: Route | undefined;

  constructor(plan: Plan, signal: AbortSignal) {
    this.#plan = plan;
    this.#signal = signal;
    this.#left = [...plan.routes];
  }

  /** Whether a further route could still be asked. */
  get hasNext(): boolean {
    return this.#left.some(({ unsupported }) => unsupported === undefined);
  }

  /** Whether a further route would be admitted now, so that leaving the present one is worth it. */
  get canMove(): boolean {
    return this.readyCount > 0;
  }

  /** How many further routes would be admitted now. */
  get readyCount(): number {
    return this.#left.filter((planned) => this.#isReady(planned)).length;
  }

  /** The next route that may be asked now, or undefined if there is none. */
  async pick(demand: Demand): Promise<Picked | undefined> {
    for (;;) {
      const planned = this.#left.shift();
      if (planned === undefined) return this.#pickHeldUp();
      const picked = await this.#ask(planned, demand);
      if (picked !== undefined) return picked;
      if (this.#signal.aborted) return undefined;
    }
  }

  /**
   * The next route for an attempt beside the running one, if it may start. Passes nothing over: without a hedge its turn
   * comes later. Beside a trial the next route that is ready starts, whatever the hedge budget: the call did not choose
   * to test.
   */
  async pickHedge(besideTrial: boolean, continues: boolean): Promise<Picked | undefined> {
    const mayStart = (each: PlannedRoute): boolean =>
      this.#isReady(each) && unmet(each.route, { continues, largerThan: undefined }) === undefined;
    const planned = besideTrial ? this.#left.find(mayStart) : this.#left[0];
    if (planned === undefined || !mayStart(planned)) return undefined;
    const { route } = planned;
    if (!besideTrial && !route.takeHedge()) return undefined;
    const admission = await route.admit({ maxWaitMs: 0, signal: this.#signal, asBackup: true, mayProbe: false });
    if (admission.kind === "refused") return undefined;
    const turn = this.#left.indexOf(planned);
    if (turn < 0) {
      // Meanwhile the call went on to this route by itself.
      admission.lease.neutral();
      return undefined;
    }
    this.#left.splice(turn, 1);
    return { planned, lease: admission.lease, isTrial: false };
  }

  /** Gives the route of a hedge its turn back, because the hedge did not start or lost. */
  returnHedge(route: Route): void {
    const turn = this.#plan.routes.findIndex((planned) => planned.route === route);
    const planned = this.#plan.routes[turn];
    if (planned === undefined) return;
    const before = this.#left.findIndex((each) => this.#plan.routes.indexOf(each) > turn);
    this.#left.splice(before < 0 ? this.#left.length : before, 0, planned);
  }

  /** Whether the same route may be asked again. One that is open is probed once, whatever its failure was. */
  mayAskAgain(route: Route): boolean {
    return route !== this.#probedEarly;
  }

  /** Asks the same route again. A refusal is a skip. */
  async again(route: Route): Promise<Picked | undefined> {
    const planned = this.#plan.routes.find((each) => each.route === route);
    return planned && this.#admitted(planned, await this.#admit(route, false));
  }

  /** The call fails before the turn of the routes that are left: none of them is missing from the ledger. */
  skipRest(why: Refused): void {
    for (const { route, unsupported } of this.#left.splice(0)) {
      if (unsupported === undefined) this.#skip(route, why);
      else this.#skip(route, { ...unsupported, retryAtMs: undefined }, unsupported.contextTooLong);
    }
  }

  /** Whether a route would be admitted now. */
  #isReady({ route, unsupported }: PlannedRoute): boolean {
    return (
      unsupported === undefined && route.refusal(this.#tested === undefined) === undefined && !route.silence.silent
    );
  }

  async #ask(planned: PlannedRoute, demand: Demand): Promise<Picked | undefined> {
    const { route, unsupported } = planned;
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
    const { silent } = route.silence;
    if (silent && this.hasNext && (this.#tested !== undefined || !route.silence.takeTrial())) {
      this.#silent.push(planned);
      const fallen = "most of its running answers have fallen silent";
      this.#skip(route, { reason: SkipReason.SILENT, message: fallen, retryAtMs: undefined });
      return undefined;
    }
    return this.#admitted(planned, await this.#admit(route, false), silent);
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
    this.#probedEarly = due.route;
    return this.#askHeldUp(due, true);
  }

  /** Asks a route that was passed over. It is no skip any more, or one for the reason that refuses it now. */
  async #askHeldUp(planned: PlannedRoute, early: boolean): Promise<Picked | undefined> {
    const { route } = planned;
    const admission = await this.#admit(route, early);
    const turn = this.skips.findIndex((skip) => skip.route === route.name);
    if (admission.kind === "refused") {
      this.skips.splice(turn, 1, makeSkip(route, admission));
      return undefined;
    }
    this.skips.splice(turn, 1);
    return this.#admitted(planned, admission);
  }

  #soonestOpen(): PlannedRoute | undefined {
    if (this.#admittedAny) return undefined;
    const fit = this.#plan.routes.filter(({ unsupported }) => unsupported === undefined);
    const open = this.skips.filter(({ reason }) => reason === SkipReason.BREAKER_OPEN);
    if (fit.length === 0 || open.length !== fit.length) return undefined;
    const due = open.reduce((one, other) => ((other.retryAtMs ?? 0) < (one.retryAtMs ?? 0) ? other : one));
    return fit.find(({ route: { name } }) => name === due.route);
  }

  #admit(route: Route, early: boolean): Promise<Admission> {
    const maxWaitMs = Math.max(0, Math.min(MAX_ADMISSION_WAIT_MS, this.#remainingMs() - MIN_ATTEMPT_TIME_MS));
    const asBackup = route !== this.#plan.routes[0]?.route;
    const mayProbe = this.#tested === undefined || this.#tested === route;
    return route.admit({ maxWaitMs, signal: this.#signal, early, asBackup, mayProbe });
  }

  #admitted(planned: PlannedRoute, admission: Admission, isTrial = false): Picked | undefined {
    const { route } = planned;
    if (admission.kind === "admitted") {
      const { lease } = admission;
      this.#admittedAny = true;
      if (isTrial || lease.probe) this.#tested = route;
      return { planned, lease, isTrial: isTrial || lease.probe };
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
