/** Sees when not one answer but a whole route falls silent, long before each answer's own limit passes. */

import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { RouteSilence, WatchedAttempt } from "../call/route.ts";
import type { Hold } from "./hold.ts";

/** Fewer silent attempts than this may be a coincidence. */
const MIN_SILENT_ATTEMPTS = 3;

/** One call in this time still goes to a silent route, in milliseconds, so that its recovery is seen. */
const TRIAL_INTERVAL_MS = 5_000;

/** The silence of a route, and why new calls should start elsewhere. */
export interface Silence extends RouteSilence {
  hold(): Hold | undefined;
}

/** Creates the silence of a route that speaks. `onChange` is called when it falls silent and when it speaks again. */
export function createSilence(onChange: () => void): Silence {
  return new SilenceWatch(onChange);
}

/**
 * The attempts in flight on one route. At least 3 silent ones, and half of those that tell something, make the route
 * silent; progress on half of them ends that. An attempt that has neither begun nor waited long tells nothing yet:
 * counting it as healthy would let a busy route stay silent for twice as long. Nor does one that waits for longer than
 * anybody does by default. Silences of this process itself count for nothing, because the clocks leave them out.
 */
class SilenceWatch implements Silence {
  readonly #attempts = new Set<WatchedAttempt>();
  readonly #onChange: () => void;
  #silent = false;
  #telling = false;
  #cause = "";
  #triedAtMs = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get silent(): boolean {
    return this.#silent;
  }

  hold(): Hold | undefined {
    if (!this.#silent) return undefined;
    return { reason: SkipReason.SILENT, cause: this.#cause, untilMs: undefined, probing: false };
  }

  join(attempt: WatchedAttempt): void {
    this.#attempts.add(attempt);
  }

  leave(attempt: WatchedAttempt): void {
    this.#attempts.delete(attempt);
    // Those that move elsewhere when they are told would each count the rest again.
    if (this.#silent && !this.#telling) this.judge();
  }

  judge(): void {
    const attempts = [...this.#attempts];
    const silentCount = attempts.filter(({ sign }) => sign === "silent").length;
    const tellingCount = attempts.filter(({ sign }) => sign !== "none").length;
    const half = silentCount * 2 >= tellingCount;
    if (!this.#silent && half && silentCount >= MIN_SILENT_ATTEMPTS) {
      this.#silent = true;
      this.#cause = `${silentCount} of ${tellingCount} running answers fell silent`;
      this.#triedAtMs = performance.now();
      this.#onChange();
      this.#telling = true;
      for (const attempt of attempts) attempt.routeFellSilent();
      this.#telling = false;
      this.judge();
    } else if (this.#silent && (!half || silentCount === 0)) {
      this.#silent = false;
      this.#onChange();
      for (const attempt of attempts) attempt.routeSpoke();
    }
  }

  takeTrial(): boolean {
    if (performance.now() - this.#triedAtMs < TRIAL_INTERVAL_MS) return false;
    this.#triedAtMs = performance.now();
    return true;
  }
}
