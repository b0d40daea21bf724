/** Writes a conversation as messages of Chat Completions. */

import {
  type Image,
  type Message,
  type Part,
  Role,
  type ToolResult,
} from "../../../../gen/ts/understudy/v1/conversation_pb.ts";

export type ChatMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | UserPart[] }
  | AssistantMessage
  | { role: "tool"; tool_call_id: string; content: string };

interface AssistantMessage {
  role: "assistant";
  content: string | null;
  tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
  /** Mistral and DeepSeek: the message is the beginning of the model's own turn. */
  prefix?: true;
}

type UserPart = { type: "text"; text: string } | { type: "image_url"; image_url: { url: string } };

/** Reasoning of earlier turns has no place in this dialect and is left out. */
export function makeMessages(messages: readonly Message[]): ChatMessage[] {
  const written: ChatMessage[] = [];
  for (const message of messages) {
    switch (message.role) {
      case Role.SYSTEM:
        written.push({ role: "system", content: textOf(message) });
        break;
      case Role.ASSISTANT:
        written.push(makeAssistantMessage(message));
        break;
      case Role.TOOL:
        for (const part of message.parts)
          if (part.kind.case === "toolResult") written.push(makeToolMessage(part.kind.value));
        break;
      default:
        written.push({ role: "user", content: makeUserContent(message) });
    }
  }
  return written;
}

function textOf(message: Message): string {
  return message.text ?? message.parts.map((part) => (part.kind.case === "text" ? part.kind.value : "")).join("");
}

/** A list of parts only where a picture needs it: not every server takes lists. */
function makeUserContent(message: Message): string | UserPart[] {
  if (!message.parts.some((part) => part.kind.case === "image")) return textOf(message);
  return message.parts.flatMap(makeUserPart);
}

function makeUserPart({ kind }: Part): UserPart[] {
  if (kind.case === "text") return [{ type: "text", text: kind.value }];
  if (kind.case === "image") return [{ type: "image_url", image_url: { url: urlOf(kind.value) } }];
  return [];
}

function urlOf({ source, mediaType }: Image): string {
  if (source.case === "url") return source.value;
  return `data:${mediaType};base64,${Buffer.from(source.value ?? []).toString("base64")}`;
}

function makeAssistantMessage(message: Message): AssistantMessage {
  const calls = message.parts.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : []));
  const text = textOf(message);
  if (calls.length === 0) return { role: "assistant", content: text };
  return {
    role: "assistant",
    content: text === "" ? null : text,
    tool_calls: calls.map(({ id, name, argumentsJson }) => ({
      id,
      type: "function",
      function: { name, arguments: argumentsJson },
    })),
  };
}

/** The dialect has no mark for a tool that failed, so the text says it. */
function makeToolMessage({ toolCallId, text, isError }: ToolResult): ChatMessage {
  return { role: "tool", tool_call_id: toolCallId, content: isError ? `Error: ${text}` : text };
}
