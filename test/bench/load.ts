/** What the client of the bench is asked to do, and what it tells of it. */

import type { Question } from "./answer-parent.ts";
import type { AskedAnswer } from "./workload-name.ts";

/** Where calls go, and in which protocol: the upstream's own, the gateway's, or that of the gateway's OpenAI door. */
export interface Way {
  readonly kind: "direct" | "grpc" | "openai";
  readonly url: string;
}

/** Runs calls to their end. */
export interface Load extends Question {
  readonly kind: "load";
  readonly way: Way;
  readonly asked: AskedAnswer;
  readonly calls: number;
  /** Most calls at the same time. */
  readonly concurrency: number;
  /** The text that each call must give. */
  readonly text: string;
}

/** Opens calls, and leaves them open when their first text has come. */
export interface Hold extends Question {
  readonly kind: "hold";
  readonly way: Way;
  readonly asked: AskedAnswer;
  readonly calls: number;
}

export interface LoadResult {
  /** From the call to its first text, in milliseconds, of each call. */
  readonly ttftMs: readonly number[];
  /** Pieces of text that came; fewer than the upstream sent where pieces were joined. */
  readonly pieces: number;
}
