/** Reads a request to the Messages API. */

import { type Ask, InvalidAsk } from "../../answer/ask.ts";
import { countTokens } from "../../answer/count-tokens.ts";
import type { JsonField } from "../json-field.ts";
import type { AskOrigin } from "../simulated-dialect.ts";
import { findPartial, IMAGE_TOKENS, type Turn } from "../turn.ts";

/** First version of the API that takes no sampling parameters. */
const FIRST_VERSION_WITHOUT_SAMPLING = "2026-10-21";

/** Reads a request. Throws `InvalidAsk` for what the vendor would refuse. */
export function readAsk(body: JsonField, origin: AskOrigin): Ask {
  if (origin.version === "") throw new InvalidAsk("anthropic-version: header is required");
  refuseSampling(body, origin.version);
  const model = body.at("model").text;
  if (model === undefined || model === "") throw new InvalidAsk("model: Field required");
  const maxTokens = body.at("max_tokens").number;
  if (maxTokens === undefined) throw new InvalidAsk("max_tokens: Field required");
  if (maxTokens < 1) throw new InvalidAsk("max_tokens: Input should be greater than or equal to 1");
  const turns = readTurns(body.at("messages"));
  const imageCount = turns.reduce((sum, turn) => sum + turn.imageCount, 0);
  const besides = textOf(body.at("system")).length + body.at("tools").length;
  return {
    model,
    streamed: body.at("stream").isTrue,
    includeUsage: true,
    partial: findPartial(turns),
    followsToolResult: turns.at(-1)?.isToolResult ?? false,
    tools: body.at("tools").items.map(readTool),
    toolChoice: readToolChoice(body.at("tool_choice")),
    json: readFormat(body),
    maxTokens,
    stopSequences: body.at("stop_sequences").items.map((item) => item.text ?? ""),
    wantsReasoning: ["enabled", "adaptive"].includes(body.at("thinking").at("type").text ?? ""),
    imageCount,
    inputTokens: countTokens(turns.reduce((sum, turn) => sum + turn.text.length, besides)) + imageCount * IMAGE_TOKENS,
  };
}

function refuseSampling(body: JsonField, version: string): void {
  if (version < FIRST_VERSION_WITHOUT_SAMPLING) return;
  for (const name of ["temperature", "top_p", "top_k"]) {
    if (body.at(name).isSet) throw new InvalidAsk(`${name}: Extra inputs are not permitted`);
  }
}

function readTurns(messages: JsonField): Turn[] {
  if (!messages.isSet) throw new InvalidAsk("messages: Field required");
  if (messages.items.length === 0) throw new InvalidAsk("messages: at least one message is required");
  const turns = messages.items.map(readTurn);
  const last = turns.at(-1);
  if (last?.role === "assistant" && last.text !== last.text.trimEnd()) {
    throw new InvalidAsk("messages: final assistant content cannot end with trailing whitespace");
  }
  return turns;
}

function readTurn(message: JsonField, index: number): Turn {
  const role = message.at("role").text;
  if (role !== "user" && role !== "assistant") {
    throw new InvalidAsk(`messages.${index}.role: Input should be 'user' or 'assistant'`);
  }
  const blocks = message.at("content").items;
  const isEmpty = blocks.some((block) => block.at("type").text === "text" && !block.at("text").text?.trim());
  if (isEmpty) throw new InvalidAsk("messages: text content blocks must be non-empty");
  const text = textOf(message.at("content"));
  if (text === "" && blocks.length === 0) {
    throw new InvalidAsk(`messages.${index}: all messages must have non-empty content`);
  }
  return {
    role,
    text,
    imageCount: blocks.filter((block) => block.at("type").text === "image").length,
    isToolResult: blocks.some((block) => block.at("type").text === "tool_result"),
  };
}

function textOf(content: JsonField): string {
  return content.text ?? content.items.map((block) => block.at("text").text ?? "").join("");
}

function readTool(tool: JsonField, index: number): { name: string; schema: unknown } {
  const name = tool.at("name").text;
  if (name === undefined) throw new InvalidAsk(`tools.${index}.name: Field required`);
  return { name, schema: tool.at("input_schema").value };
}

function readToolChoice(choice: JsonField): Ask["toolChoice"] {
  switch (choice.at("type").text) {
    case "none":
      return "none";
    case "any":
      return "required";
    case "tool":
      return { name: choice.at("name").text ?? "" };
    default:
      return "auto";
  }
}

function readFormat(body: JsonField): Ask["json"] {
  // `output_format` is the older name.
  const format = [body.at("output_config").at("format"), body.at("output_format")].find((field) => field.isSet);
  return format?.at("type").text === "json_schema" ? { schema: format.at("schema").value } : undefined;
}
