/** Writes a conversation as turns of Messages. */

import {
  type Image,
  type Message,
  type Part,
  type Reasoning,
  Role,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { type JsonObject } from "../../../call/json-object.ts";
import { type OpaqueOwner, openOpaque } from "../../opaque.ts";
import { parseObject } from "../json-values.ts";

const IMAGE_MEDIA_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

export interface Turn {
  role: "user" | "assistant";
  content: Block[];
}

export type Block =
  | TextBlock
  | { type: "image"; source: ImageSource }
  | { type: "tool_use"; id: string; name: string; input: JsonObject }
  | { type: "tool_result"; tool_use_id: string; content?: string; is_error?: true }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string };

export interface TextBlock {
  type: "text";
  text: string;
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

function partsOf(message: Message): readonly Pick<Part, "kind">[] {
  return message.text === undefined ? message.parts : [{ kind: { case: "text", value: message.text } }];
}

/** Empty text blocks are refused by the API. */
function makeText({ kind }: Pick<Part, "kind">): TextBlock[] {
  return kind.case === "text" && kind.value !== "" ? [{ type: "text", text: kind.value }] : [];
}

function makeBlocks(part: Pick<Part, "kind">, reasoningOwner: OpaqueOwner | undefined): Block[] {
  const { kind } = part;
  switch (kind.case) {
    case "text":
      return makeText(part);
    case "image":
      return [{ type: "image", source: makeImageSource(kind.value) }];
    case "toolCall": {
      const { id, name, argumentsJson } = kind.value;
      return [{ type: "tool_use", id: plainId(id), name, input: parseObject(argumentsJson) }];
    }
    case "toolResult": {
      const { toolCallId, text, isError } = kind.value;
      const result = { type: "tool_result", tool_use_id: plainId(toolCallId) } as const;
      return [{ ...result, ...(text !== "" && { content: text }), ...(isError && { is_error: true }) }];
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

/** Ids that other models gave may have characters that this API refuses. */
function plainId(id: string): string {
  return id.replace(/[^\w-]/g, "_");
}
