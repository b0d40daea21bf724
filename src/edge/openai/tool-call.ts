/** Writes a tool call in OpenAI's form. */

import type { ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

/** Makes one call of `tool_calls`. */
export function makeToolCall({ id, name, argumentsJson, opaque }: ToolCall): object {
  return {
    id,
    type: "function",
    function: { name, arguments: argumentsJson },
    // Clients give back what stands here, and Gemini demands it.
    ...(opaque !== undefined && { extra_content: { google: { thought_signature: opaque } } }),
  };
}
