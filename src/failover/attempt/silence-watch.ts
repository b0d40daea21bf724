/** Sees when not one answer but a whole route falls silent, long before each answer's own limit passes. */

import type { Route } from "../../call/route.ts";
import { MIN_SILENT_ATTEMPTS } from "../engine-limits.ts";

/** An attempt as its route's watch sees it. */
export interface WatchedAttempt {
  /** Whether it has been silent for longer than the suspect limit of its phase. */
  readonly suspected: boolean;
  /** Whether it made any progress. */
  readonly begun: boolean;
  /** The route fell silent: one that waits may start elsewhere, one that runs gets half the time. */
  routeFellSilent(): void;
  /** The route speaks again. */
  routeSpoke(): void;
}

/**
 * The attempts in flight on one route. At least 3 suspected ones, and half of those that tell something, make the route
 * silent; progress on half of them ends that. An attempt that has neither begun nor waited long tells nothing yet:
 * counting it as healthy would let a busy route stay silent for twice as long. Silences of this process itself suspect
 * nobody, because the clocks leave them out.
 */
export class SilenceWatch {
  readonly #attempts = new Set<WatchedAttempt>();
  #silent = false;
  #telling = false;

  /** Whether new calls should start elsewhere. */
  get silent(): boolean {
    return this.#silent;
  }

  join(attempt: WatchedAttempt): void {
    this.#attempts.add(attempt);
  }

  leave(attempt: WatchedAttempt): void {
    this.#attempts.delete(attempt);
    // Those that move elsewhere when they are told would each count the rest again.
    if (this.#silent && !this.#telling) this.judge();
  }

  /** To be called when an attempt becomes suspected, and when a suspected one makes progress. */
  judge(): void {
    const attempts = [...this.#attempts];
    const suspected = attempts.filter((attempt) => attempt.suspected).length;
    const telling = attempts.filter((attempt) => attempt.suspected || attempt.begun).length;
    const half = suspected * 2 >= telling;
    if (!this.#silent && half && suspected >= MIN_SILENT_ATTEMPTS) {
      this.#silent = true;
      this.#telling = true;
      for (const attempt of attempts) attempt.routeFellSilent();
      this.#telling = false;
      this.judge();
    } else if (this.#silent && (!half || telling === 0)) {
      this.#silent = false;
      for (const attempt of attempts) attempt.routeSpoke();
    }
  }
}

/** The watches of all routes. A route that is disposed of takes its watch along. */
export class SilenceWatches {
  readonly #watches = new WeakMap<Route, SilenceWatch>();

  of(route: Route): SilenceWatch {
    const found = this.#watches.get(route);
    if (found !== undefined) return found;
    const made = new SilenceWatch();
    this.#watches.set(route, made);
    return made;
  }
}
