/** One answer of a simulated model, cut into the pieces in which it is sent. */

import { countTokens } from "./count-tokens.ts";

/** A block of the answer. */
export type AnswerPart =
  | { readonly kind: "reasoning"; readonly pieces: readonly string[] }
  | { readonly kind: "text"; readonly pieces: readonly string[] }
  | { readonly kind: "toolCall"; readonly id: string; readonly name: string; readonly pieces: readonly string[] };

/** Why the answer ends. */
export type Finish = "stop" | "length" | "tool-calls" | "stop-sequence" | "content-filter";

/** One answer. */
export interface Answer {
  readonly parts: readonly AnswerPart[];
  readonly finish: Finish;
  /** The stop sequence that ended the text; undefined unless `finish` is `stop-sequence`. */
  readonly stopSequence: string | undefined;
}

/** Tokens of all parts of a kind, or of the whole answer. */
export function answerTokens(answer: Answer, kind?: AnswerPart["kind"]): number {
  const parts = kind === undefined ? answer.parts : answer.parts.filter((part) => part.kind === kind);
  return countTokens(parts.reduce((sum, part) => sum + part.pieces.join("").length, 0));
}

/** Text of a part. */
export function partText(part: AnswerPart): string {
  return part.pieces.join("");
}
