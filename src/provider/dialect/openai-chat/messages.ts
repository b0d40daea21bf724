/** Writes a conversation as messages of Chat Completions. */

import {
  type Image,
  type Message,
  type Part,
  Role,
  type ToolCall,
  type ToolResult,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { FittedRequest } from "../../fit/fit-request.ts";
import { type OpaqueOwner, openOpaque } from "../../opaque.ts";
import type { RouteSettings } from "../../settings.ts";
import { type CacheControl, makeMark } from "../cache-mark.ts";

export type ChatMessage =
  | { role: "system"; content: string | TextPart[]; name?: string }
  | { role: "user"; content: string | UserPart[]; name?: string }
  | AssistantMessage
  | { role: "tool"; tool_call_id: string; content: string };

interface AssistantMessage {
  role: "assistant";
  content: string | null;
  name?: string;
  tool_calls?: ChatToolCall[];
  /** What the model thought before its calls. */
  reasoning_content?: string;
  /** Mistral and DeepSeek: the message is the beginning of the model's own turn. */
  prefix?: true;
}

interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
  /** Gemini's. */
  extra_content?: { google: { thought_signature: string } };
}

/** Stands where reasoning is demanded and none was kept, because another model made the call. */
const NO_REASONING = "(not kept)";

/** Google's own word for a signature that is not there, in base 64. https://ai.google.dev/gemini-api/docs/thought-signatures */
const NO_SIGNATURE = Buffer.from("skip_thought_signature_validator").toString("base64");

/** A mark of what may be kept is OpenRouter's, for the Claude models behind it. */
interface TextPart {
  type: "text";
  text: string;
  cache_control?: CacheControl;
}

type UserPart = TextPart | { type: "image_url"; image_url: { url: string } };

/** Writes the messages. Reasoning and signatures go only where they are taken, and to the model that gave them. */
export function makeMessages(fitted: FittedRequest, settings: RouteSettings): ChatMessage[] {
  const written: ChatMessage[] = [];
  const marks = fitted.cache !== "off" && !fitted.without.has("cache");
  for (const message of fitted.request.messages) {
    const name = message.name === "" ? {} : { name: message.name };
    switch (message.role) {
      case Role.SYSTEM:
        written.push({ role: "system", content: makeSystemContent(message, marks), ...name });
        break;
      case Role.ASSISTANT:
        written.push({ ...makeAssistantMessage(message, fitted, settings), ...name });
        break;
      case Role.TOOL:
        for (const part of message.parts)
          if (part.kind.case === "toolResult") written.push(makeToolMessage(part.kind.value));
        break;
      default:
        written.push({ role: "user", content: makeUserContent(message, marks), ...name });
    }
  }
  return written;
}

function textOf(message: Message): string {
  return message.text ?? message.parts.map((part) => (part.kind.case === "text" ? part.kind.value : "")).join("");
}

/** A list of parts only where a picture or a mark needs it: not every server takes lists. */
function makeUserContent(message: Message, marks: boolean): string | UserPart[] {
  const isPlain = !message.parts.some(({ kind, cache }) => kind.case === "image" || (marks && cache !== undefined));
  return isPlain ? textOf(message) : message.parts.flatMap((part) => makeUserPart(part, marks));
}

function makeSystemContent(message: Message, marks: boolean): string | TextPart[] {
  const isPlain = !marks || message.parts.every(({ cache }) => cache === undefined);
  return isPlain ? textOf(message) : message.parts.flatMap((part) => makeTextPart(part, marks));
}

function makeUserPart(part: Part, marks: boolean): UserPart[] {
  const { kind } = part;
  if (kind.case === "image") return [{ type: "image_url", image_url: { url: urlOf(kind.value) } }];
  return makeTextPart(part, marks);
}

function makeTextPart({ kind, cache }: Part, marks: boolean): TextPart[] {
  if (kind.case !== "text") return [];
  return [{ type: "text", text: kind.value, ...(marks && makeMark(cache)) }];
}

function urlOf({ source, mediaType }: Image): string {
  if (source.case === "url") return source.value;
  return `data:${mediaType};base64,${Buffer.from(source.value ?? []).toString("base64")}`;
}

function makeAssistantMessage(message: Message, fitted: FittedRequest, settings: RouteSettings): AssistantMessage {
  const calls = message.parts.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : []));
  const text = textOf(message);
  if (calls.length === 0) return { role: "assistant", content: text };
  const reasoning = makeReasoning(message, fitted, settings);
  return {
    role: "assistant",
    content: text === "" ? null : text,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    tool_calls: calls.map((call, index) => makeToolCall(call, index, fitted, settings)),
  };
}

/** The reasoning that comes back with calls; a stand-in where it is demanded and there is none. */
function makeReasoning(
  { parts }: Message,
  { without, withoutReasoning }: FittedRequest,
  { rules, opaqueOwner }: RouteSettings,
): string | undefined {
  if (rules.reasoningBack === "refused" || without.has("messages.reasoning")) return undefined;
  const text = parts
    .flatMap(({ kind }) =>
      kind.case === "reasoning" && isOwn(kind.value.opaque, opaqueOwner) ? [kind.value.text] : [],
    )
    .join("");
  if (text !== "") return text;
  return rules.reasoningBack === "demanded" || withoutReasoning ? NO_REASONING : undefined;
}

/** Whether readable reasoning may come from this model: what another one signed does not. */
function isOwn(opaque: string | undefined, owner: OpaqueOwner): boolean {
  return opaque === undefined || openOpaque(owner, opaque) !== undefined;
}

/** A signature stands with the first call of a turn. */
function makeToolCall(
  { id, name, argumentsJson, opaque }: ToolCall,
  index: number,
  { withoutReasoning }: FittedRequest,
  { rules, opaqueOwner }: RouteSettings,
): ChatToolCall {
  const call: ChatToolCall = { id, type: "function", function: { name, arguments: argumentsJson } };
  if (!rules.thoughtSignatures) return call;
  const signature = withoutReasoning ? undefined : openOpaque(opaqueOwner, opaque)?.value;
  const given = signature ?? (index === 0 ? NO_SIGNATURE : undefined);
  return given === undefined ? call : { ...call, extra_content: { google: { thought_signature: given } } };
}

/** The dialect has no mark for a tool that failed, so the text says it. */
function makeToolMessage({ toolCallId, text, isError }: ToolResult): ChatMessage {
  return { role: "tool", tool_call_id: toolCallId, content: isError ? `Error: ${text}` : text };
}
