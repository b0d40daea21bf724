/** Names the ends of answers as OpenAI does. */

import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

/** A refusal has no word of its own at OpenAI; of those that clients know, this one does not mean success. */
const NAMES: Readonly<Partial<Record<FinishReason, string>>> = {
  [FinishReason.LENGTH]: "length",
  [FinishReason.TOOL_CALLS]: "tool_calls",
  [FinishReason.CONTENT_FILTER]: "content_filter",
  [FinishReason.REFUSAL]: "content_filter",
};

/** OpenAI's word for the end of an answer. */
export function nameFinishReason(reason: FinishReason): string {
  return NAMES[reason] ?? "stop";
}
