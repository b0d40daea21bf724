/** One attempt, and beside it a hedge once the first is suspected: the first text or tool call wins. */

import type { Attempt } from "./attempt/attempt.ts";
import type { AttemptOutput } from "./attempt/attempt-output.ts";
import type { Outcome } from "./attempt/outcome.ts";

/** An attempt with the way of its output. */
export interface Contender {
  readonly attempt: Attempt;
  readonly output: AttemptOutput;
}

/** A hedge that may start. One of the two is called, once. */
export interface Hedge {
  start(): Contender;
  /** Gives the permission back. */
  cancel(): void;
}

export interface ContestOptions {
  /** Gets permission for a hedge. Undefined if it may not start. */
  readonly admitHedge: () => Promise<Hedge | undefined>;
  /**
   * Called for each end, in the tick in which it happens. `alone` tells that no other attempt goes on. Returns whether
   * the end decides the call whatever the others might still say.
   */
  readonly onEnd: (contender: Contender, outcome: Outcome, alone: boolean) => boolean;
}

/** Runs until one attempt's end decides what comes next. */
export class Contest {
  readonly #options: ContestOptions;
  readonly #decided = Promise.withResolvers<Contender>();
  #running: Contender[] = [];
  #over = false;
  #won = false;
  #hedged = false;

  constructor(options: ContestOptions) {
    this.#options = options;
  }

  /** Resolves with the attempt whose end decides: the winner, or the last one that failed. */
  get decided(): Promise<Contender> {
    return this.#decided.promise;
  }

  add(contender: Contender): void {
    this.#running.push(contender);
  }

  /** To be called when an attempt is suspected before its first token. */
  async suspected(): Promise<void> {
    if (this.#hedged || this.#won || this.#over) return;
    this.#hedged = true;
    const hedge = await this.#options.admitHedge();
    // Meanwhile the first attempt may have begun to answer, or the call may have ended.
    if (this.#won || this.#over) hedge?.cancel();
    else if (hedge !== undefined) this.add(hedge.start());
  }

  /** To be called at the first text or tool call of an attempt. Ends the others in the same tick. */
  answered(attempt: Attempt): void {
    if (this.#won) return;
    this.#won = true;
    for (const other of this.#running.filter((contender) => contender.attempt !== attempt)) {
      other.attempt.end({ kind: "hedgeLost", silent: !other.attempt.begun && other.attempt.sign === "silent" });
    }
    this.#running.find((contender) => contender.attempt === attempt)?.output.win();
  }

  /** To be called in the tick in which an attempt ends. */
  ended(attempt: Attempt, outcome: Outcome): void {
    const contender = this.#running.find((each) => each.attempt === attempt);
    if (contender === undefined) return;
    this.#running = this.#running.filter((each) => each !== contender);
    const alone = this.#running.length === 0;
    const final = this.#options.onEnd(contender, outcome, alone);
    if (this.#over || !(alone || final)) return;
    this.#over = true;
    this.#decided.resolve(contender);
    this.stop({ kind: "hedgeLost", silent: false });
  }

  /** Ends every attempt for the same reason. */
  stop(outcome: Outcome): void {
    for (const { attempt } of this.#running.slice()) attempt.end(outcome);
  }
}
