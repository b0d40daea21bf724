/** Reads a request for a chat completion. */

import { type Ask, InvalidAsk } from "../../answer/ask.ts";
import { countTokens } from "../../answer/count-tokens.ts";
import { JsonField } from "../json-field.ts";
import type { AskOrigin } from "../simulated-dialect.ts";
import { findPartial, IMAGE_TOKENS, type Turn } from "../turn.ts";

const ROLES: Readonly<Record<string, Turn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** Reads a request. Throws `InvalidAsk` for what the vendor would refuse. */
export function readAsk(body: JsonField, origin: AskOrigin): Ask {
  const model = origin.deployment || body.at("model").text;
  if (model === undefined || model === "") throw new InvalidAsk("you must provide a model parameter");
  const turns = readTurns(body.at("messages"));
  const imageCount = turns.reduce((sum, turn) => sum + turn.imageCount, 0);
  const characters = turns.reduce((sum, turn) => sum + turn.text.length, body.at("tools").length);
  return {
    model,
    streamed: body.at("stream").isTrue,
    includeUsage: body.at("stream_options").at("include_usage").isTrue,
    partial: findPartial(turns),
    followsToolResult: turns.at(-1)?.isToolResult ?? false,
    tools: body.at("tools").items.map(readTool),
    toolChoice: readToolChoice(body.at("tool_choice")),
    json: readFormat(body.at("response_format")),
    maxTokens: readMaxTokens(body),
    stopSequences: readStop(body.at("stop")),
    wantsReasoning: false,
    imageCount,
    inputTokens: countTokens(characters) + imageCount * IMAGE_TOKENS,
  };
}

function readTurns(messages: JsonField): Turn[] {
  if (!messages.isSet) throw new InvalidAsk("Missing required parameter: 'messages'.");
  if (messages.items.length === 0) {
    throw new InvalidAsk("Invalid 'messages': empty array. Expected an array with minimum length 1.");
  }
  return messages.items.map(readTurn);
}

function readTurn(message: JsonField, index: number): Turn {
  const role = ROLES[message.at("role").text ?? ""];
  if (role === undefined) throw new InvalidAsk(`Invalid value for 'messages[${index}].role'.`);
  const content = message.at("content");
  const parts = content.items;
  if (content.text === undefined && parts.length === 0 && !message.at("tool_calls").isSet) {
    throw new InvalidAsk(`Invalid value for 'messages[${index}].content': expected a string or an array of parts.`);
  }
  return {
    role,
    text: content.text ?? parts.map((part) => part.at("text").text ?? "").join(""),
    imageCount: parts.filter((part) => part.at("type").text === "image_url").length,
    isToolResult: role === "tool",
  };
}

function readTool(tool: JsonField, index: number): { name: string; schema: unknown } {
  const name = tool.at("function").at("name").text;
  if (name === undefined) throw new InvalidAsk(`Missing required parameter: 'tools[${index}].function.name'.`);
  return { name, schema: tool.at("function").at("parameters").value ?? { type: "object" } };
}

function readToolChoice(choice: JsonField): Ask["toolChoice"] {
  const name = choice.at("function").at("name").text;
  if (name !== undefined) return { name };
  if (choice.text === "none" || choice.text === "required") return choice.text;
  return "auto";
}

function readFormat(format: JsonField): Ask["json"] {
  switch (format.at("type").text) {
    case "json_object":
      return { schema: undefined };
    case "json_schema":
      return { schema: format.at("json_schema").at("schema").value };
    default:
      return undefined;
  }
}

function readMaxTokens(body: JsonField): number | undefined {
  const maxTokens = body.at("max_completion_tokens").number ?? body.at("max_tokens").number;
  if (maxTokens !== undefined && maxTokens < 1) {
    throw new InvalidAsk("Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1.");
  }
  return maxTokens;
}

function readStop(stop: JsonField): string[] {
  const sequences = stop.text === undefined ? stop.items.map((item) => item.text ?? "") : [stop.text];
  if (sequences.length > 4) throw new InvalidAsk("Invalid 'stop': array too long. Expected at most 4 items.");
  return sequences;
}
