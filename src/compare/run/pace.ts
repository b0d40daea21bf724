/** Keeps comparisons out of the way of the calls that a route serves. */

import type { Route } from "../../call/route.ts";
import { sleep } from "../../time/sleep.ts";

/** Share of a route's places that comparisons take at most, at least one. */
const SHARE_OF_CAP = 0.1;

/** Between two looks at a route that may not be called now, in milliseconds. */
const LOOK_INTERVAL_MS = 200;

/** Longest wait for a route; one that rests for longer will not come back while somebody watches. */
const MAX_WAIT_MS = 300_000;

/** First and longest pause after calls that failed, in milliseconds; each failure in a row doubles it. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Longest rest that an upstream may ask for, in milliseconds. */
const LONGEST_REST_MS = 60_000;

/** Failures in a row after which a route is not called any more: the verdict is clear, and the rest would only cost. */
const MAX_FAILURES_IN_ROW = 10;

/** The pace of one route, shared by all comparisons that run. */
export class Pace {
  readonly #route: Route;
  #inFlight = 0;
  #pausedUntilMs = 0;
  #failuresInRow = 0;

  constructor(route: Route) {
    this.#route = route;
  }

  /** Most calls at the same time. */
  get share(): number {
    const cap = this.#route.describe().availability?.maxConcurrency ?? 1;
    return Math.max(1, Math.floor(cap * SHARE_OF_CAP));
  }

  /** Whether so many calls failed that no further one is made. */
  get hasGivenUp(): boolean {
    return this.#failuresInRow >= MAX_FAILURES_IN_ROW;
  }

  /** Waits until one more call may be made, and takes its place. False if that will not be, or `signal` is aborted. */
  async enter(signal: AbortSignal): Promise<boolean> {
    const untilMs = performance.now() + MAX_WAIT_MS;
    while (!signal.aborted && !this.hasGivenUp && performance.now() < untilMs) {
      if (this.#isFree()) {
        this.#inFlight++;
        return true;
      }
      await sleep(LOOK_INTERVAL_MS, signal);
    }
    return false;
  }

  leave(): void {
    this.#inFlight--;
  }

  /** Pauses as long as an upstream asked for, or by backoff, and counts a failure. */
  failed(retryAfterMs?: number): void {
    const backoffMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failuresInRow);
    this.#failuresInRow++;
    const pauseMs = Math.min(LONGEST_REST_MS, retryAfterMs ?? backoffMs);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, performance.now() + pauseMs);
  }

  succeeded(): void {
    this.#failuresInRow = 0;
  }

  /** Lets a new comparison call a route that an earlier one gave up on. */
  startAgain(): void {
    if (this.#inFlight === 0) this.#failuresInRow = 0;
  }

  #isFree(): boolean {
    if (this.#inFlight >= this.share || performance.now() < this.#pausedUntilMs) return false;
    return this.#route.refusal() === undefined;
  }
}

/** The paces of all routes. A route that is disposed of takes its pace along. */
export class Paces {
  readonly #paces = new WeakMap<Route, Pace>();

  of(route: Route): Pace {
    const found = this.#paces.get(route) ?? new Pace(route);
    this.#paces.set(route, found);
    return found;
  }
}
