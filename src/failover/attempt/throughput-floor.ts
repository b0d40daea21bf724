/** Tells when text comes too slowly to be an answer. */

import { SLOW_WINDOW_MS, SLOW_WINDOW_START_MS } from "../engine-limits.ts";
import { estimateTextTokens } from "../ledger/token-usage.ts";

/** Measures text in windows of 15 s, the first of which begins 15 s after the first piece. */
export class ThroughputFloor {
  readonly #minTokensPerS: number;
  #windowStartMs: number | undefined;
  #noted: number | undefined;
  #tokens = 0;

  /** `minTokensPerS` 0 turns the check off. */
  constructor(minTokensPerS: number) {
    this.#minTokensPerS = minTokensPerS;
  }

  /** Notes a piece of text. Returns the rate in tokens per second if it is below the floor. */
  note(text: string, nowMs: number): number | undefined {
    if (this.#minTokensPerS === 0) return undefined;
    this.#noted = nowMs;
    // The text so far says nothing about the rate: the first window opens after a start-up time.
    this.#windowStartMs ??= nowMs + SLOW_WINDOW_START_MS;
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < 0) return undefined;
    this.#tokens += estimateTextTokens(text);
    if (elapsedMs < SLOW_WINDOW_MS) return undefined;
    const tokensPerS = this.#tokens / (elapsedMs / 1_000);
    this.#windowStartMs = nowMs;
    this.#tokens = 0;
    return tokensPerS < this.#minTokensPerS ? tokensPerS : undefined;
  }

  /** Notes that the model did something else than write text: the time since the last note is left out. */
  noteOther(nowMs: number): void {
    if (this.#noted === undefined) return;
    this.shift(nowMs - this.#noted);
  }

  /** Leaves a time out, because the client was not reading or the model did not write. */
  shift(ms: number): void {
    if (this.#windowStartMs !== undefined) this.#windowStartMs += ms;
    if (this.#noted !== undefined) this.#noted += ms;
  }
}
