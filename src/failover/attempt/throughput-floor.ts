/** Tells when text comes too slowly to be an answer. */

import { SLOW_WINDOW_MS, SLOW_WINDOW_START_MS } from "../engine-limits.ts";
import { estimateTokens } from "../ledger/token-usage.ts";

/** Measures text in windows of 15 s, the first of which begins 15 s after the first piece. */
export class ThroughputFloor {
  readonly #minTokensPerS: number;
  #windowStartMs: number | undefined;
  #characters = 0;

  /** `minTokensPerS` 0 turns the check off. */
  constructor(minTokensPerS: number) {
    this.#minTokensPerS = minTokensPerS;
  }

  /** Notes a piece of text. Returns the rate in tokens per second if it is below the floor. */
  note(characters: number, nowMs: number): number | undefined {
    if (this.#minTokensPerS === 0) return undefined;
    // The text so far says nothing about the rate: the first window opens after a start-up time.
    this.#windowStartMs ??= nowMs + SLOW_WINDOW_START_MS;
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < 0) return undefined;
    this.#characters += characters;
    if (elapsedMs < SLOW_WINDOW_MS) return undefined;
    const tokensPerS = estimateTokens(this.#characters) / (elapsedMs / 1_000);
    this.#windowStartMs = nowMs;
    this.#characters = 0;
    return tokensPerS < this.#minTokensPerS ? tokensPerS : undefined;
  }

  /** Leaves out a time in which the client was not reading or the model did something else than write. */
  shift(ms: number): void {
    if (this.#windowStartMs !== undefined) this.#windowStartMs += ms;
  }
}
