/** One turn of a conversation, as a simulated model sees it. */

import type { PartialAnswer } from "../answer/ask.ts";

/** Tokens that an image counts for. */
export const IMAGE_TOKENS = 1_000;

/** A user turn longer than this many characters is a question of its own, not a request to go on. */
const MAX_INSTRUCTION_CHARACTERS = 2_000;

const ASKS_TO_GO_ON =
  /\b(continu(e|es|ing)|go(ing)? on|carry on|resume|left off|leave off|interrupted|cut off|cut short|weiter)\b/iu;

/** One turn of a conversation. */
export interface Turn {
  readonly role: "system" | "user" | "assistant" | "tool";
  /** Its text, without other content. */
  readonly text: string;
  readonly imageCount: number;
  /** Whether it brings the result of a tool. */
  readonly isToolResult: boolean;
}

/** Finds the answer that another model began: a last turn of the model's own, or one behind which a user asks to go on. */
export function findPartial(turns: readonly Turn[]): PartialAnswer | undefined {
  const last = turns.at(-1);
  if (last?.role === "assistant") return last.text === "" ? undefined : { form: "prefill", text: last.text };
  const before = turns.at(-2);
  if (last?.role !== "user" || before?.role !== "assistant" || before.text === "") return undefined;
  const asks = last.text.length <= MAX_INSTRUCTION_CHARACTERS && ASKS_TO_GO_ON.test(last.text);
  return asks ? { form: "instruct", text: before.text } : undefined;
}
