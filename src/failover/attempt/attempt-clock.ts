/** Watches one attempt: tells when it is suspected, and when it has been silent for too long. */

import type { AttemptLimits } from "../../call/plan.ts";
import { LAG_TOLERANCE_MS, SILENT_ROUTE_SHARE } from "../engine-limits.ts";
import type { Outcome, Phase } from "./outcome.ts";

/** What a clock is given besides the limits of the plan. */
export interface ClockOptions {
  readonly limits: AttemptLimits;
  /** Most time until the first progress, because of the call's deadline, in milliseconds. */
  readonly budgetMs: number;
  /** Whether the route pings, so that a silence without a single byte tells something. */
  readonly pings: boolean;
  /** Called once, when a limit has passed. */
  readonly onExpire: (outcome: Outcome) => void;
  /** Called when the attempt becomes suspected; it may recover by progress and be suspected again. */
  readonly onSuspect: () => void;
}

/** A limit with the time at which it passes. */
interface Due {
  readonly atMs: number;
  readonly outcome: Outcome;
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
  #byteAtMs: number;
  #pausedAtMs: number | undefined;
  #suspected = false;
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
    this.#byteAtMs = this.#startedAtMs;
    this.#arm(this.#startedAtMs);
  }

  /** Whether the attempt has been silent for longer than the suspect limit of its phase. */
  get suspected(): boolean {
    return this.#suspected;
  }

  /** Notes a byte that is not content. */
  alive(): void {
    this.#byteAtMs = performance.now();
  }

  /** Notes a piece of content of a phase. */
  progress(phase: Exclude<Phase, "firstProgress">, nowMs: number): void {
    this.#byteAtMs = nowMs;
    this.#progressAtMs = nowMs;
    this.#suspected = false;
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
    this.#byteAtMs += ms;
  }

  /** The limit that passes first. */
  #due(): Due {
    const confirmMs = this.#limits().confirmMs * this.#share;
    const first = this.#phase === "firstProgress";
    let due: Due = {
      atMs: this.#progressAtMs + confirmMs,
      outcome: first
        ? { kind: "timedOut", limitMs: confirmMs, cutShort: false }
        : { kind: "stalled", limitMs: confirmMs, phase: this.#phase },
    };
    const { budgetMs, pings, limits } = this.#options;
    if (first && this.#startedAtMs + budgetMs < due.atMs) {
      due = {
        atMs: this.#startedAtMs + budgetMs,
        outcome: { kind: "timedOut", limitMs: Math.round(budgetMs), cutShort: true },
      };
    }
    const silentAtMs = this.#byteAtMs + limits.silenceTimeoutMs;
    if (pings && silentAtMs < due.atMs) {
      const limitMs = limits.silenceTimeoutMs;
      due = {
        atMs: silentAtMs,
        outcome: first
          ? { kind: "timedOut", limitMs, cutShort: false }
          : { kind: "stalled", limitMs, phase: this.#phase },
      };
    }
    return due;
  }

  #arm(nowMs: number, atLeastMs = 1): void {
    if (this.#stopped || this.#pausedAtMs !== undefined) return;
    const dueAtMs = this.#due().atMs;
    const suspectAtMs = this.#suspected ? dueAtMs : this.#progressAtMs + this.#limits().suspectMs;
    // Timers count whole milliseconds and may fire a fraction early.
    const waitMs = Math.max(atLeastMs, Math.ceil(Math.min(dueAtMs, suspectAtMs) - nowMs));
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
      this.#arm(nowMs, LAG_TOLERANCE_MS);
      return;
    }
    if (nowMs >= this.#due().atMs) {
      // What waits in a socket is read first: this process may have been busy until just now.
      this.#check = setImmediate(this.#onTurn);
      return;
    }
    if (!this.#suspected && nowMs >= this.#progressAtMs + this.#limits().suspectMs) {
      this.#suspected = true;
      this.#options.onSuspect();
    }
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
    this.#options.onExpire(due.outcome);
  };
}
