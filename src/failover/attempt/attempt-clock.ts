/** Watches one attempt: tells when it is suspected, what that says of its route, and when it was silent for too long. */

import type { AttemptLimits, SharedLimits } from "../../call/plan.ts";
import type { WatchedAttempt } from "../../call/route.ts";
import { LAG_TOLERANCE_MS, SILENT_ROUTE_LAG_MS, SILENT_ROUTE_SHARE } from "../engine-limits.ts";
import type { CutShort, Outcome, Phase } from "./outcome.ts";

/** What a clock is given besides the limits of the plan. */
export interface ClockOptions {
  readonly limits: AttemptLimits;
  /** The limits that count for everybody who shares the route. */
  readonly sharedLimits: SharedLimits;
  /** Most time until the first progress, because of the call's deadline, in milliseconds. */
  readonly budgetMs: number;
  /** Whether the route pings, so that a silence without a single byte tells something. */
  readonly pings: boolean;
  /** Called once, when a limit has passed. */
  readonly onExpire: (outcome: Outcome) => void;
  /** Called when the attempt becomes suspected; it may recover by progress and be suspected again. */
  readonly onSuspect: () => void;
  /** Called when `sign` may have changed without progress. */
  readonly onSign: () => void;
}

/** A limit with the time at which it passes. */
interface Due {
  readonly atMs: number;
  readonly limitMs: number;
  readonly cutShort: CutShort | undefined;
}

/**
 * Two clocks in one timer. Progress is content; liveness is any byte. Both rest while the client is not reading, and
 * time that this process itself was busy does not count.
 */
export class AttemptClock {
  readonly #options: ClockOptions;
  readonly #startedAtMs: number;
  #phase: Phase = "firstProgress";
  #progressAtMs: number;
  /** Since when the silence says something of the route: the latest progress, or the end of a long lag of our own. */
  #quietSinceMs: number;
  #byteAtMs: number;
  #pausedAtMs: number | undefined;
  #suspected = false;
  #sign: WatchedAttempt["sign"] = "none";
  /** Part of the confirm limit that rules: 1, or less while the whole route is silent. */
  #share = 1;
  /** Part of the current silence that was this process being busy. Bounded, or a slow process would never switch. */
  #lagMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueAtMs = 0;
  #check: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(options: ClockOptions) {
    this.#options = options;
    this.#startedAtMs = performance.now();
    this.#progressAtMs = this.#startedAtMs;
    this.#quietSinceMs = this.#startedAtMs;
    this.#byteAtMs = this.#startedAtMs;
    this.#arm(this.#startedAtMs);
  }

  /** What the attempt says of its route. */
  get sign(): WatchedAttempt["sign"] {
    return this.#sign;
  }

  /** Notes a byte that is not content. */
  alive(): void {
    this.#byteAtMs = performance.now();
  }

  /** Notes a piece of content of a phase. */
  progress(phase: Exclude<Phase, "firstProgress">, nowMs: number): void {
    this.#byteAtMs = nowMs;
    this.#progressAtMs = nowMs;
    this.#quietSinceMs = nowMs;
    this.#suspected = false;
    this.#sign = "speaks";
    this.#lagMs = 0;
    if (phase === this.#phase) return;
    this.#phase = phase;
    // The new phase may have shorter limits than those that the timer was set for.
    this.#arm(nowMs);
  }

  /** Rests while the client is not reading. */
  pause(): void {
    this.#pausedAtMs ??= performance.now();
  }

  /** Goes on where `pause` stopped. Returns the length of the rest, in milliseconds. */
  resume(): number {
    if (this.#pausedAtMs === undefined) return 0;
    const nowMs = performance.now();
    const pausedMs = nowMs - this.#pausedAtMs;
    this.#shift(pausedMs);
    this.#pausedAtMs = undefined;
    this.#arm(nowMs);
    return pausedMs;
  }

  /** Halves the confirm limit, because the whole route is silent. */
  hasten(): void {
    this.#share = SILENT_ROUTE_SHARE;
    this.#arm(performance.now());
  }

  /** Ends what `hasten` began. */
  unhasten(): void {
    if (this.#share === 1) return;
    this.#share = 1;
    this.#arm(performance.now());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#check);
  }

  #limits(): { suspectMs: number; confirmMs: number } {
    return this.#options.limits[this.#phase];
  }

  #shift(ms: number): void {
    this.#progressAtMs += ms;
    this.#quietSinceMs += ms;
    this.#byteAtMs += ms;
  }

  /** The limit that passes first. */
  #due(): Due {
    const { budgetMs, pings, limits, sharedLimits } = this.#options;
    const { confirmMs } = this.#limits();
    const limitMs = confirmMs * this.#share;
    let due: Due = {
      atMs: this.#progressAtMs + limitMs,
      limitMs,
      cutShort: confirmMs < sharedLimits[this.#phase].confirmMs ? "request" : undefined,
    };
    const { silenceTimeoutMs } = limits;
    if (pings && this.#byteAtMs + silenceTimeoutMs < due.atMs) {
      const cutShort = silenceTimeoutMs < sharedLimits.silenceTimeoutMs ? "request" : undefined;
      due = { atMs: this.#byteAtMs + silenceTimeoutMs, limitMs: silenceTimeoutMs, cutShort };
    }
    if (this.#phase === "firstProgress" && this.#startedAtMs + budgetMs < due.atMs) {
      due = { atMs: this.#startedAtMs + budgetMs, limitMs: Math.round(budgetMs), cutShort: "deadline" };
    }
    return due;
  }

  #outcome({ limitMs, cutShort }: Due): Outcome {
    const how = { limitMs, ...(cutShort !== undefined && { cutShort }) };
    return this.#phase === "firstProgress"
      ? { kind: "timedOut", ...how }
      : { kind: "stalled", phase: this.#phase, ...how };
  }

  /** When `sign` changes next if nothing comes. */
  #signChangesAtMs(nowMs: number): number {
    const { suspectMs, signEndsMs } = this.#options.sharedLimits[this.#phase];
    const silentMs = nowMs - this.#quietSinceMs;
    if (silentMs < suspectMs) return this.#quietSinceMs + suspectMs;
    return silentMs < signEndsMs ? this.#quietSinceMs + signEndsMs : Number.POSITIVE_INFINITY;
  }

  /** Returns whether `sign` changed. */
  #noteSign(nowMs: number): boolean {
    const { suspectMs, signEndsMs } = this.#options.sharedLimits[this.#phase];
    const silentMs = nowMs - this.#quietSinceMs;
    const before = this.#sign;
    if (silentMs >= suspectMs) this.#sign = silentMs < signEndsMs ? "silent" : "none";
    return this.#sign !== before;
  }

  #arm(nowMs: number, atLeastMs = 1): void {
    if (this.#stopped || this.#pausedAtMs !== undefined) return;
    const suspectAtMs = this.#suspected ? Number.POSITIVE_INFINITY : this.#progressAtMs + this.#limits().suspectMs;
    const nextAtMs = Math.min(this.#due().atMs, suspectAtMs, this.#signChangesAtMs(nowMs));
    // Timers count whole milliseconds and may fire a fraction early.
    const waitMs = Math.max(atLeastMs, Math.ceil(nextAtMs - nowMs));
    this.#timerDueAtMs = nowMs + waitMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTimer, waitMs);
  }

  readonly #onTimer = (): void => {
    if (this.#stopped || this.#pausedAtMs !== undefined) return;
    const nowMs = performance.now();
    const lateMs = nowMs - this.#timerDueAtMs;
    if (lateMs > LAG_TOLERANCE_MS && this.#lagMs < this.#limits().confirmMs) {
      // What came meanwhile waits in the socket: it gets its turn before the silence counts.
      this.#lagMs += lateMs;
      this.#shift(lateMs);
      if (lateMs >= SILENT_ROUTE_LAG_MS) this.#quietSinceMs = nowMs;
      this.#arm(nowMs, LAG_TOLERANCE_MS);
      return;
    }
    if (nowMs >= this.#due().atMs) {
      // What waits in a socket is read first: this process may have been busy until just now.
      this.#check = setImmediate(this.#onTurn);
      return;
    }
    const signChanged = this.#noteSign(nowMs);
    if (!this.#suspected && nowMs >= this.#progressAtMs + this.#limits().suspectMs) {
      this.#suspected = true;
      this.#options.onSuspect();
    }
    if (signChanged) this.#options.onSign();
    this.#arm(nowMs);
  };

  /** A turn of the event loop after the limit passed: what waited has been read. */
  readonly #onTurn = (): void => {
    if (this.#stopped || this.#pausedAtMs !== undefined) return;
    const nowMs = performance.now();
    const due = this.#due();
    if (nowMs < due.atMs) {
      this.#arm(nowMs);
      return;
    }
    this.stop();
    this.#options.onExpire(this.#outcome(due));
  };
}
