/** Reads the `messages` of a chat: each becomes one message of the conversation, so their places stay the same. */

import type { MessageInitShape } from "@bufbuild/protobuf";

import { type MessageSchema, type PartSchema, Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";
import { readCacheMark } from "./read-cache-mark.ts";
import { readImage } from "./read-image.ts";
import { readReasoningParts } from "./reasoning-details.ts";

type MessageInit = MessageInitShape<typeof MessageSchema>;
type PartInit = MessageInitShape<typeof PartSchema>;

const ROLES: ReadonlyMap<string, Role> = new Map([
  ["system", Role.SYSTEM],
  ["developer", Role.SYSTEM],
  ["user", Role.USER],
  ["assistant", Role.ASSISTANT],
  ["tool", Role.TOOL],
]);

/** Reads the messages, and reports what cannot be carried. */
export function readMessages(chat: JsonFields): MessageInit[] {
  return Array.from(chat.objects("messages"), readMessage);
}

function readMessage(message: JsonFields): MessageInit {
  const role = ROLES.get(message.string("role") ?? "") ?? Role.UNSPECIFIED;
  if (role === Role.UNSPECIFIED) {
    message.refuse("role", "is missing or not known", "use system, developer, user, assistant or tool");
  }
  if (role === Role.TOOL) return { role, parts: [readToolResult(message)] };
  const name = message.string("name") ?? "";
  if (role === Role.ASSISTANT) {
    return { role, name, parts: [...readReasoning(message), ...readAnswer(message), ...readToolCalls(message)] };
  }
  return { role, name, ...readTurn(message) };
}

function readTurn(message: JsonFields): MessageInit {
  if (Array.isArray(message.get("content"))) return { parts: readParts(message) };
  const text = message.string("content");
  return text === undefined ? {} : { text };
}

function readReasoning(message: JsonFields): PartInit[] {
  return readReasoningParts(message).map((value) => ({ kind: { case: "reasoning", value } }));
}

/** What the assistant said. A turn that only calls tools has an empty text, or none. */
function readAnswer(message: JsonFields): PartInit[] {
  if (message.has("function_call")) message.refuse("function_call", "is not carried", "use tool_calls");
  if (Array.isArray(message.get("content"))) return readParts(message);
  const text = message.string("content") ?? message.string("refusal") ?? "";
  return text === "" ? [] : [{ kind: { case: "text", value: text } }];
}

function readParts(message: JsonFields): PartInit[] {
  return Array.from(message.objects("content"), (part): PartInit => {
    const type = part.string("type");
    switch (type) {
      case "text":
      case "refusal":
        return { kind: { case: "text", value: part.string(type) ?? "" }, ...readCacheMark(part) };
      case "image_url":
        return { kind: { case: "image", value: readImage(part) }, ...readCacheMark(part) };
      default:
        part.refuse("type", "is not carried", "use text or image_url");
        return {};
    }
  });
}

function readToolCalls(message: JsonFields): PartInit[] {
  return Array.from(message.objects("tool_calls"), (call): PartInit => {
    if ((call.string("type") ?? "function") !== "function") call.refuse("type", "is not carried", "use function");
    const called = call.object("function");
    const value = {
      id: call.string("id") ?? "",
      name: called?.string("name") ?? "",
      // Some models give no text at all for a call without arguments.
      argumentsJson: called?.string("arguments") || "{}",
      ...readSignature(call),
    };
    return { kind: { case: "toolCall", value } };
  });
}

function readToolResult(message: JsonFields): PartInit {
  const text = Array.isArray(message.get("content")) ? readTexts(message) : (message.string("content") ?? "");
  return { kind: { case: "toolResult", value: { toolCallId: message.string("tool_call_id") ?? "", text } } };
}

function readTexts(message: JsonFields): string {
  let text = "";
  for (const part of message.objects("content")) {
    if (part.string("type") !== "text") part.refuse("type", "is not carried in the result of a tool", "use text");
    text += part.string("text") ?? "";
  }
  return text;
}

/** The signature of a call, as this door gives it. */
function readSignature(call: JsonFields): { opaque?: string } {
  const opaque = call.object("extra_content")?.object("google")?.string("thought_signature");
  return opaque === undefined ? {} : { opaque };
}
