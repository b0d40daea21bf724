/** How a simulated model answers, as far as its faults and behaviours change that. */

/** How a model goes on with an answer that another one began. */
export type ContinuationManner =
  | { readonly kind: "exact" }
  | { readonly kind: "repeat"; readonly words: number }
  | { readonly kind: "start-over" }
  | { readonly kind: "start-over-differently" };

/** How a simulated model answers. */
export interface Manner {
  readonly continuation: ContinuationManner;
  /** Pieces of reasoning before the answer; undefined: as the request asks. */
  readonly reasoningPieces: number | undefined;
  /** Tool calls made if tools are declared; a required call is made in any case. */
  readonly toolCalls: number;
  /** Words of text before the first tool call. */
  readonly wordsBeforeTools: number;
  /** Whether a JSON answer breaks its schema. */
  readonly breaksSchema: boolean;
  /** Whether numbers and booleans of a JSON answer and of tool arguments come as strings. */
  readonly mistypes: boolean;
  /** Whether the model declines in a sentence, instead of an answer or a call. */
  readonly refuses: boolean;
  /** Share of the text that is told, above 0 to 1. */
  readonly toldShare: number;
  /** Pieces of content before the content filter ends the answer; undefined: never. */
  readonly filterAfter: number | undefined;
  /** From the head of the response until the first piece of content, in milliseconds. */
  readonly firstTokenMs: number;
  /** Between two pieces of content, in milliseconds; 0: as fast as the connection takes them. */
  readonly tokenMs: number;
}

/** The manner of a healthy model. */
export const HEALTHY: Manner = {
  continuation: { kind: "exact" },
  reasoningPieces: undefined,
  toolCalls: 0,
  wordsBeforeTools: 0,
  breaksSchema: false,
  mistypes: false,
  refuses: false,
  toldShare: 1,
  filterAfter: undefined,
  firstTokenMs: 0,
  tokenMs: 0,
};
