/** One route as the failover engine sees it: what it can carry, how to call it, and whether it may be called now. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Cost, Usage } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Capabilities, Route as RouteDescription } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Adjustment } from "./adjustment.ts";
import type { Upstream } from "./upstream.ts";

/**
 * Permission for one attempt. Ends exactly once, by one of the three verdicts; later verdicts are passed over. The
 * place under `max_concurrency` is free again at the verdict.
 */
export interface Lease {
  /** The answer came to its end. */
  ok(): void;
  /** The upstream failed: counts against the breaker. */
  failed(): void;
  /** Says nothing about the upstream. */
  neutral(): void;
  /** Frees the place already: the answer is there, and its verdict takes longer. */
  leave(): void;
  /**
   * A piece of content came, at `nowMs` by `performance.now()`. A half-open probe succeeds at the 32nd. Cheap: called
   * for every piece.
   */
  contentArrived(nowMs: number): void;
  /** Whether the attempt tests whether a failed route works again. */
  readonly probe: boolean;
}

/** An attempt as its route sees it. */
export interface WatchedAttempt {
  /**
   * What it says of its route: that it has been silent for long, that it speaks, or nothing, because it has not begun
   * or waits for longer than anybody does by default.
   */
  readonly sign: "silent" | "speaks" | "none";
  /** The route fell silent: one that waits may start elsewhere, one that runs gets half the time. */
  routeFellSilent(): void;
  /** The route speaks again. */
  routeSpoke(): void;
}

/** Sees when most attempts of a route fall silent together. */
export interface RouteSilence {
  /** Whether new calls should start elsewhere. */
  readonly silent: boolean;
  join(attempt: WatchedAttempt): void;
  leave(attempt: WatchedAttempt): void;
  /** To be called whenever the `sign` of an attempt may have changed. */
  judge(): void;
  /** Whether a call may go to the silent route all the same, to see whether it speaks again. One in 5 s may. */
  takeTrial(): boolean;
}

/** Why a route may not be called now. */
export interface Refused {
  readonly reason: SkipReason;
  /** The reason in a sentence, with values. */
  readonly message: string;
  /** When the route may be asked again, in milliseconds since the epoch. */
  readonly retryAtMs: number | undefined;
}

export type Admission = { readonly kind: "admitted"; readonly lease: Lease } | ({ readonly kind: "refused" } & Refused);

/** How `admit` decides. */
export interface AdmitOptions {
  /** Longest wait for a place, in milliseconds. */
  readonly maxWaitMs: number;
  /** Ends the wait early; the answer is then `AT_CAPACITY`. */
  readonly signal: AbortSignal;
  /**
   * Lets one call at a time through an open breaker before it is due: for the route that is due soonest when every
   * route of a call is open.
   */
  readonly early?: boolean;
  /**
   * Whether another route failed or was passed over before this one. A route without a declared cap then lets the load
   * rise from 16 attempts at the same time. Default false.
   */
  readonly asBackup?: boolean;
  /** Whether the attempt may be the one that tests a failed route. Default true. */
  readonly mayProbe?: boolean;
}

/** One route, protected by its breaker, its cooldown and its cap. */
export interface Route {
  readonly name: string;
  readonly model: string;
  readonly capabilities: Capabilities;
  /** Routes with the same dialect and API version take the same requests. */
  readonly dialectVersion: string;
  /** Whether the upstream sends pings while it thinks. */
  readonly pings: boolean;
  readonly upstream: Upstream;
  /** What of a request would be left out or changed for the upstream. */
  readonly adjustmentsFor: (request: CompleteRequest) => readonly Adjustment[];
  readonly silence: RouteSilence;

  /** Asks for permission to start an attempt. Never throws. */
  admit(options: AdmitOptions): Promise<Admission>;
  /** Why the route would be refused now, without waiting and without taking a place; undefined if it would not. */
  refusal(mayProbe?: boolean): Refused | undefined;
  /**
   * Rests after a rate limit, at most 15 min; without a length by backoff. A cooldown never gets shorter. What asks for
   * more is a quota that is used up, and no rate limit.
   */
  coolDown(retryAfterMs: number | undefined, cause: string): void;
  /** Goes off after an error of its key, bill or model; `forbidden` counts up to three in a row first. */
  disable(kind: "at-once" | "forbidden", cause: string): void;
  /** Whether the retry budget allows one more attempt on this same route; takes it from the budget if so. */
  takeRetry(): boolean;
  /**
   * Whether a hedge may start on this route: its breaker is closed, it has room, and the hedge budget allows one more;
   * takes it from the budget if so.
   */
  takeHedge(): boolean;
  /** Calls `listener` when an operator takes the route out of service, until the returned function is called. */
  onIsolated(listener: (reason: string) => void): () => void;
  /** Price of usage; `unknown` where tokens or price are not known. */
  cost(usage: Usage): Cost;
  /** The route as `RouteService` shows it. */
  describe(): RouteDescription;
}
