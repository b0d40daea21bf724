/** Writes a tool call in OpenAI's form. */

import type { ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";

/** Makes one call of `tool_calls`. */
export function makeToolCall({ id, name, argumentsJson }: ToolCall): object {
  return { id, type: "function", function: { name, arguments: argumentsJson } };
}
