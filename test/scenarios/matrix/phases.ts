/** The phases of an answer in which it can fail: the columns of the fault matrix. */

import { splitPieces } from "../../../src/simulator/answer/split-pieces.ts";
import { STORY } from "../../../src/simulator/answer/story.ts";

/** What the client has when the attempt fails, as far as it decides what may follow. */
export type Delivered = "nothing" | "text" | "text and half a tool call";

export interface Phase {
  readonly name: string;
  /** What makes the model answer in this shape, as the simulator reads it. */
  readonly shape: string;
  /** Pieces of content that come before the fault; undefined: no headers come either. */
  readonly pieces: number | undefined;
  readonly delivered: Delivered;
  /** Pieces of the story in that. */
  readonly storyPieces: number;
}

/** More than any answer has: all of it. */
const ALL = 1_000_000;

const NOTHING = { delivered: "nothing", storyPieces: 0 } as const;

export const HEADERS: Phase = { name: "headers", shape: "", pieces: undefined, ...NOTHING };
export const FIRST: Phase = { name: "first token", shape: "", pieces: 0, ...NOTHING };
export const REASONING: Phase = { name: "reasoning", shape: "reasoning=8", pieces: 4, ...NOTHING };
export const TEXT: Phase = { name: "text", shape: "", pieces: 40, delivered: "text", storyPieces: 40 };
export const TOOL: Phase = { name: "tool call", shape: "tool-call", pieces: 3, ...NOTHING };
export const TOOL_AFTER_TEXT: Phase = {
  name: "text, tool call",
  shape: "tool-call=12",
  pieces: 15,
  delivered: "text and half a tool call",
  storyPieces: 12,
};
export const END: Phase = { name: "end of text", shape: "", pieces: ALL, delivered: "text", storyPieces: ALL };
/** Behind the finish reason and before the usage. */
export const FINISHED: Phase = {
  name: "finish reason",
  shape: "finish-first",
  pieces: ALL,
  delivered: "text",
  storyPieces: ALL,
};

export const PHASES: readonly Phase[] = [HEADERS, FIRST, REASONING, TEXT, TOOL, TOOL_AFTER_TEXT, END, FINISHED];

/** Whether the answer has content in this phase, and with it a limit for the next piece. */
export function hasProgress({ pieces }: Phase): boolean {
  return pieces !== undefined && pieces > 0;
}

/** The text that the client has in this phase. */
export function textOf({ storyPieces }: Phase): string {
  return splitPieces(STORY).slice(0, storyPieces).join("");
}
