/** Bounds the attempts that run on a route at the same time, and those that wait for a place. */

import { Availability_LimitOrigin as LimitOrigin } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { type Comeback, createComeback } from "./comeback.ts";
import { createSlowStart, type SlowStart } from "./slow-start.ts";

/** Most attempts at the same time where the route declares no limit. */
const DEFAULT_MAX_CONCURRENCY = 64;
/** Most attempts that wait: four times the default places, more than can be free within the 2 s of a wait. */
const MAX_WAITING_COUNT = 256;

/** How long and on whose behalf to wait for a place. */
export interface PlaceOptions {
  /** Longest wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Whether another route failed or was passed over before this one. */
  readonly asBackup: boolean;
}

/** A place under the limit. */
export interface Place {
  /** Content of the attempt came: after a rest the next ones may follow. */
  contentArrived(): void;
  /** Frees the place; a second time does nothing. */
  leave(): void;
}

/** The places of a route. They go to those who ask in the order in which they asked. */
export interface Places {
  readonly inFlightCount: number;
  readonly waitingCount: number;
  readonly maxConcurrency: number;
  readonly maxConcurrencyOrigin: LimitOrigin;
  /** Whether who asks now has to wait. */
  readonly full: boolean;
  /** Takes a place; undefined if there is none within the wait. Never rejects. */
  take(options: PlaceOptions): Promise<Place | undefined>;
  /** A rate limit came, and the route rests until `untilMs`, by `performance.now()`. */
  rateLimited(untilMs: number): void;
  /** Sends all who wait away without a place. */
  dismissWaiting(): void;
}

/** Creates the places of a route. `declared` is its own limit; `onChange` is called when a count or the limit changes. */
export function createPlaces(declared: number | undefined, onChange: () => void): Places {
  return new FairPlaces(declared, onChange);
}

interface Waiter {
  readonly end: (place: Place | undefined) => void;
}

class FairPlaces implements Places {
  readonly #declared: number | undefined;
  readonly #onChange: () => void;
  readonly #slowStart: SlowStart = createSlowStart(DEFAULT_MAX_CONCURRENCY);
  readonly #comeback: Comeback = createComeback(() => this.#fullLimit());
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiter>();
  #inFlightCount = 0;
  #growthTimer: NodeJS.Timeout | undefined;

  constructor(declared: number | undefined, onChange: () => void) {
    this.#declared = declared;
    this.#onChange = onChange;
  }

  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get maxConcurrency(): number {
    return Math.min(this.#fullLimit(), this.#inFlightCount + Math.max(0, this.#comeback.room));
  }

  get maxConcurrencyOrigin(): LimitOrigin {
    if (this.maxConcurrency < this.#fullLimit()) return LimitOrigin.SLOW_START;
    if (this.#declared !== undefined) return LimitOrigin.CONFIGURED;
    return this.#slowStart.rising ? LimitOrigin.SLOW_START : LimitOrigin.DEFAULT;
  }

  get full(): boolean {
    return this.#inFlightCount >= this.maxConcurrency;
  }

  take({ maxWaitMs, signal, asBackup }: PlaceOptions): Promise<Place | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    this.#seatWaiting();
    this.#slowStart.asked(this.#inFlightCount, asBackup);
    if (!this.full) return Promise.resolve(this.#occupy());
    if (maxWaitMs <= 0 || this.#waiting.size >= MAX_WAITING_COUNT) return Promise.resolve(undefined);
    return this.#wait(maxWaitMs, signal);
  }

  rateLimited(untilMs: number): void {
    this.#slowStart.rateLimited(untilMs);
    this.#comeback.rested();
    this.dismissWaiting();
  }

  dismissWaiting(): void {
    for (const waiter of this.#waiting) waiter.end(undefined);
  }

  #fullLimit(): number {
    return this.#declared ?? this.#slowStart.limit();
  }

  #wait(maxWaitMs: number, signal: AbortSignal): Promise<Place | undefined> {
    return new Promise((resolve) => {
      const giveUp = (): void => waiter.end(undefined);
      const timer = setTimeout(giveUp, maxWaitMs);
      const waiter: Waiter = {
        end: (place) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          this.#waiting.delete(waiter);
          this.#watchGrowth();
          this.#onChange();
          resolve(place);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.add(waiter);
      this.#watchGrowth();
      this.#onChange();
    });
  }

  #occupy(): Place {
    this.#inFlightCount += 1;
    this.#slowStart.ran(this.#inFlightCount);
    const returning = this.#comeback.began();
    this.#onChange();
    let left = false;
    return {
      contentArrived: () => {
        if (returning.proved) return;
        this.#comeback.contentArrived(returning);
        this.#seatWaiting();
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#slowStart.ran(this.#inFlightCount);
        this.#inFlightCount -= 1;
        this.#comeback.ended(returning);
        this.#seatWaiting();
        this.#onChange();
      },
    };
  }

  #seatWaiting(): void {
    while (this.#inFlightCount < this.maxConcurrency) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      first.end(this.#occupy());
    }
  }

  /** Keeps a timer for the next growth of the limit exactly while somebody waits for it. */
  #watchGrowth(): void {
    const needed = this.#waiting.size > 0 && this.#declared === undefined && this.#slowStart.rising;
    if (needed === (this.#growthTimer !== undefined)) return;
    clearTimeout(this.#growthTimer);
    this.#growthTimer = needed ? setTimeout(() => this.#onGrowth(), this.#slowStart.msToGrowth()) : undefined;
  }

  #onGrowth(): void {
    this.#growthTimer = undefined;
    this.#seatWaiting();
    this.#watchGrowth();
    this.#onChange();
  }
}
