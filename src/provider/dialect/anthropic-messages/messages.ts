/** Writes a conversation as turns of Messages. */

import {
  type Image,
  type Message,
  type Part,
  type Reasoning,
  Role,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, type JsonObject, parseJson } from "../../../call/json-object.ts";
import { type OpaqueOwner, openOpaque } from "../../opaque.ts";
import { type CacheControl, makeMark } from "../cache-mark.ts";

const IMAGE_MEDIA_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

export interface Turn {
  role: "user" | "assistant";
  content: Block[];
}

export type Block =
  | TextBlock
  | { type: "image"; source: ImageSource; cache_control?: CacheControl }
  | { type: "tool_use"; id: string; name: string; input: JsonObject; cache_control?: CacheControl }
  | { type: "tool_result"; tool_use_id: string; content?: string; is_error?: true; cache_control?: CacheControl }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string };

export interface TextBlock {
  type: "text";
  text: string;
  cache_control?: CacheControl;
}

type ImageSource = { type: "base64"; media_type: ImageMediaType; data: string } | { type: "url"; url: string };
type ImageMediaType = (typeof IMAGE_MEDIA_TYPES)[number];

/** The system messages, which stand outside of the turns. */
export function makeSystem(messages: readonly Message[]): TextBlock[] {
  return messages
    .filter((message) => message.role === Role.SYSTEM)
    .flatMap((message) => partsOf(message).flatMap(makeText));
}

/**
 * The turns. Neighbours of one role are one turn, as the results of all calls of a turn must stand together. Reasoning
 * goes only to the model that gave it; `reasoningOwner` is undefined if it goes nowhere.
 */
export function makeTurns(messages: readonly Message[], reasoningOwner: OpaqueOwner | undefined): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === Role.SYSTEM) continue;
    const role = message.role === Role.ASSISTANT ? "assistant" : "user";
    const content = partsOf(message).flatMap((part) => makeBlocks(part, reasoningOwner));
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role, content });
  }
  return turns;
}

/** What is read of a part. */
type ReadPart = Pick<Part, "kind" | "cache">;

function partsOf(message: Message): readonly ReadPart[] {
  return message.text === undefined
    ? message.parts
    : [{ kind: { case: "text", value: message.text }, cache: undefined }];
}

/** Text blocks of nothing but white space are refused by the API. */
function makeText({ kind, cache }: ReadPart): TextBlock[] {
  if (kind.case !== "text" || kind.value.trim() === "") return [];
  return [{ type: "text", text: kind.value, ...makeMark(cache) }];
}

function makeBlocks(part: ReadPart, reasoningOwner: OpaqueOwner | undefined): Block[] {
  const { kind, cache } = part;
  switch (kind.case) {
    case "text":
      return makeText(part);
    case "image":
      return [{ type: "image", source: makeImageSource(kind.value), ...makeMark(cache) }];
    case "toolCall": {
      const { id, name, argumentsJson } = kind.value;
      return [{ type: "tool_use", id, name, input: makeInput(argumentsJson), ...makeMark(cache) }];
    }
    case "toolResult": {
      const { toolCallId, text, isError } = kind.value;
      const result = { type: "tool_result", tool_use_id: toolCallId } as const;
      const content = text.trim() === "" ? {} : { content: text };
      return [{ ...result, ...content, ...(isError && { is_error: true }), ...makeMark(cache) }];
    }
    case "reasoning":
      return makeReasoning(kind.value, reasoningOwner);
    default:
      return [];
  }
}

function makeReasoning({ text, opaque }: Reasoning, owner: OpaqueOwner | undefined): Block[] {
  const opened = owner && openOpaque(owner, opaque);
  if (opened === undefined) return [];
  if (opened.form === "encrypted") return [{ type: "redacted_thinking", data: opened.value }];
  return [{ type: "thinking", thinking: text, signature: opened.value }];
}

function makeImageSource({ source, mediaType }: Image): ImageSource {
  if (source.case === "url") return { type: "url", url: source.value };
  const data = Buffer.from(source.value ?? []).toString("base64");
  return { type: "base64", media_type: imageMediaType(mediaType), data };
}

function imageMediaType(mediaType: string): ImageMediaType {
  const known = IMAGE_MEDIA_TYPES.find((type) => type === mediaType);
  if (known === undefined) throw new TypeError(`a picture of type ${mediaType} cannot be sent`);
  return known;
}

/** The API demands an object: what a model cut off or wrote otherwise stands in one as text. */
function makeInput(argumentsJson: string): JsonObject {
  const input = parseJson(argumentsJson);
  return isObject(input) ? input : { arguments: argumentsJson };
}
