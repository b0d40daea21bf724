/** Takes a failing upstream out of use and tests it until it works again. The only file that knows opossum. */

import CircuitBreaker from "opossum";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { describeLimit } from "../time/duration.ts";
import { type CountedFailures, createFailureEvents, type FailureEvents } from "./failure-events.ts";
import type { Hold } from "./hold.ts";
import { createOpenLength, type OpenLength } from "./open-length.ts";
import { createProbePlace, type Probe, type ProbePlace } from "./probe-place.ts";
import { createWindowRotation, type WindowRotation } from "./window-rotation.ts";

/** Length of the window of verdicts, in milliseconds. */
const WINDOW_MS = 60_000;
/** Steps in which the window moves: a verdict counts for 54 to 60 s. */
const WINDOW_BUCKET_COUNT = 10;
/** Fewest verdicts that say something about an upstream. */
const MIN_VERDICT_COUNT = 5;
/** The breaker opens above this share of failures. */
const MAX_FAILURE_PERCENT = 50;
/** Failures in a row that open the breaker at any rate: at a low rate five verdicts take too long. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface BreakerOptions {
  /** The route's name. */
  readonly name: string;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
  /** Called after every change of `state`. */
  readonly onChange: () => void;
}

/** Permission for one attempt. The first verdict counts; one from before the breaker opened or closed does not. */
export interface BreakerLease {
  ok(): void;
  failed(): void;
  neutral(): void;
  /** A piece of content came, at `nowMs` by `performance.now()`: the 32nd of a probe is its verdict `ok`. */
  contentArrived(nowMs: number): void;
  /** Whether the attempt tests whether the upstream works again. */
  readonly probe: boolean;
}

/** A breaker. Goes `closed -> open -> half-open`, and from there to `closed` or `open`. */
export interface Breaker {
  readonly state: "closed" | "open" | "half-open";
  /** When the breaker becomes half-open, by `performance.now()`; undefined unless it is open. */
  readonly openUntilMs: number | undefined;
  /** Why no lease is given now; undefined if one is. `early` lets one call at a time through before the time is over. */
  hold(early: boolean): Hold | undefined;
  /** Gives a lease; undefined exactly if `hold` gives a reason. */
  admit(early?: boolean): BreakerLease | undefined;
  /** Closes the breaker and forgets what was. */
  reset(): void;
  /** Stops the timer. No lease is given from then on. */
  dispose(): void;
}

/** Creates a closed breaker. */
export function createBreaker(options: BreakerOptions): Breaker {
  return new RecordingBreaker(options);
}

/**
 * Uses opossum as the recorder of verdicts: `fire` is called once an attempt has one, never around the attempt. So calls
 * in flight do not count, long ones are not forgotten, and what says nothing about the upstream is not recorded.
 */
class RecordingBreaker implements Breaker {
  readonly #options: BreakerOptions;
  readonly #settings: CircuitBreaker.Options & { resetTimeout: number };
  readonly #circuit: CircuitBreaker<[failed: boolean], void>;
  /** In place of opossum's interval timer. */
  readonly #window: WindowRotation = createWindowRotation(WINDOW_MS, WINDOW_BUCKET_COUNT);
  readonly #openLength: OpenLength;
  readonly #probePlace: ProbePlace = createProbePlace();
  readonly #events: FailureEvents = createFailureEvents();
  /** Counts openings and closings: a verdict from an earlier one is stale. */
  #epoch = 0;
  #failuresInARow = 0;
  #openUntilMs = 0;
  #cause = "";
  #announced: Breaker["state"] = "closed";

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#openLength = createOpenLength(options.random);
    this.#settings = {
      name: options.name,
      timeout: false,
      resetTimeout: this.#openLength.next(),
      errorThresholdPercentage: MAX_FAILURE_PERCENT,
      volumeThreshold: MIN_VERDICT_COUNT,
      rollingCountTimeout: WINDOW_MS,
      rollingCountBuckets: WINDOW_BUCKET_COUNT,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.#window.controller,
    };
    this.#circuit = new CircuitBreaker(replayVerdict, this.#settings);
    this.#circuit.on("open", () => this.#onOpen());
    this.#circuit.on("halfOpen", () => this.#announce());
    this.#circuit.on("close", () => this.#onClose());
  }

  get state(): Breaker["state"] {
    if (this.#circuit.closed) return "closed";
    return this.#circuit.halfOpen || this.#probePlace.taken ? "half-open" : "open";
  }

  get openUntilMs(): number | undefined {
    return this.state === "open" ? this.#openUntilMs : undefined;
  }

  hold(early: boolean): Hold | undefined {
    if (this.#circuit.closed) return undefined;
    const held = { reason: SkipReason.BREAKER_OPEN, cause: this.#cause };
    if (this.#probePlace.taken) return { ...held, untilMs: undefined, probing: true };
    if (this.#circuit.halfOpen || (early && !this.#circuit.isShutdown)) return undefined;
    return { ...held, untilMs: this.#openUntilMs, probing: false };
  }

  admit(early = false): BreakerLease | undefined {
    if (this.hold(early) !== undefined) return undefined;
    if (this.#circuit.closed) return this.#leaseWhileClosed();
    const probe = this.#probePlace.take();
    if (probe === undefined) return undefined;
    // open -> half-open: a call is let through before the time is over
    this.#announce();
    return this.#leaseOfProbe(probe);
  }

  reset(): void {
    // any state -> closed: an operator said so
    this.#circuit.close();
    this.#failuresInARow = 0;
    this.#window.clear();
    this.#openLength.reset();
  }

  dispose(): void {
    this.#epoch += 1;
    this.#probePlace.clear();
    this.#circuit.shutdown();
  }

  #leaseWhileClosed(): BreakerLease {
    const epoch = this.#epoch;
    const attempt = this.#events.began();
    let ended = false;
    const end = (verdict: () => void): void => {
      if (ended) return;
      ended = true;
      if (epoch === this.#epoch) verdict();
      this.#events.ended(attempt);
    };
    return {
      ok: () => end(() => this.#recordOk()),
      failed: () => end(() => this.#recordFailures(this.#events.failed(attempt))),
      neutral: () => end(() => undefined),
      contentArrived: (nowMs) => {
        attempt.contentAtMs = nowMs;
      },
      probe: false,
    };
  }

  #leaseOfProbe(probe: Probe): BreakerLease {
    const end = (verdict: () => void): void => {
      if (this.#probePlace.release(probe)) verdict();
    };
    // half-open -> closed: the probe succeeded
    const ok = (): void => end(() => this.#circuit.close());
    return {
      ok,
      failed: () => end(() => this.#probeFailed()),
      neutral: () => end(() => this.#announce()),
      contentArrived: () => {
        if (this.#probePlace.contentArrived(probe)) ok();
      },
      probe: true,
    };
  }

  #recordOk(): void {
    this.#failuresInARow = 0;
    this.#window.catchUp();
    this.#circuit.fire(false).catch(ignoreRejection);
  }

  #recordFailures({ inARow, inWindow }: CountedFailures): void {
    this.#failuresInARow += inARow;
    this.#window.catchUp();
    for (let count = 0; count < inWindow && this.#circuit.closed; count += 1) this.#fireFailure();
    // closed -> open: too many failures in a row; opossum itself looks at the share of failures only
    if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) this.#circuit.open();
  }

  #probeFailed(): void {
    // half-open -> open: with a new time if the probe was due; an early one changes nothing
    if (this.#circuit.halfOpen) this.#fireFailure();
    else this.#announce();
  }

  #fireFailure(): void {
    // opossum reads the setting when it opens
    this.#settings.resetTimeout = this.#openLength.next();
    this.#circuit.fire(true).catch(ignoreRejection);
  }

  #onOpen(): void {
    this.#cause = this.#tripCause();
    this.#epoch += 1;
    this.#failuresInARow = 0;
    this.#events.clear();
    this.#openLength.opened();
    this.#openUntilMs = performance.now() + this.#settings.resetTimeout;
    this.#announce();
  }

  #tripCause(): string {
    if (this.#announced === "half-open") return "the call that tested it failed";
    if (this.#failuresInARow >= MAX_FAILURES_IN_A_ROW) return `${MAX_FAILURES_IN_A_ROW} failures in a row`;
    const { failures, fires } = this.#circuit.stats;
    return `${failures} of ${fires} attempts failed within ${describeLimit(WINDOW_MS)}`;
  }

  #onClose(): void {
    this.#cause = "";
    this.#epoch += 1;
    this.#failuresInARow = 0;
    this.#probePlace.clear();
    this.#openLength.closed();
    this.#window.clear();
    this.#announce();
  }

  #announce(): void {
    if (this.state === this.#announced) return;
    this.#announced = this.state;
    this.#options.onChange();
  }
}

/** The action that opossum runs. It throws rather than rejects, so that opossum opens within the same call. */
function replayVerdict(failed: boolean): Promise<void> {
  if (failed) throw new Error("the attempt failed");
  return Promise.resolve();
}

/** The rejection is the verdict that was recorded. */
function ignoreRejection(): void {}
