/** Fits the turns of a conversation to what an upstream takes. What it would refuse is put elsewhere or left out. Pure. */

import { type Message, type Part, Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { AdjustableField } from "../../call/adjustment.ts";
import type { RequestRules } from "../../vendor/request-rules.ts";
import { CallIds } from "./call-ids.ts";

/** Longest name of a tool in characters that every upstream takes. */
const MAX_TOOL_NAME = 64;

/** The messages as an upstream takes them. Those that need no change are the caller's own. */
export function fitHistory(
  messages: readonly Message[],
  rules: RequestRules,
  without: ReadonlySet<AdjustableField>,
): Message[] {
  const ids = new CallIds(rules.callId);
  const fitted: Message[] = [];
  for (const message of messages) {
    if (!rules.emptyTurns && isEmpty(message)) continue;
    let next = fitIds(message, ids);
    if (next.name !== "" && without.has("messages.name")) next = { ...next, name: "" };
    fitted.push(next);
  }
  return rules.lateSystem ? fitted : systemFirst(fitted);
}

function isEmpty({ text, parts }: Message): boolean {
  if (text !== undefined) return text.trim() === "";
  return parts.every(({ kind }) => kind.case === undefined || (kind.case === "text" && kind.value.trim() === ""));
}

function fitIds(message: Message, ids: CallIds): Message {
  if (!message.parts.some(({ kind }) => kind.case === "toolCall" || kind.case === "toolResult")) return message;
  return { ...message, parts: message.parts.map((part) => fitPart(part, ids)) };
}

function fitPart(part: Part, ids: CallIds): Part {
  const { kind } = part;
  if (kind.case === "toolCall") {
    const { id, name } = kind.value;
    return { ...part, kind: { ...kind, value: { ...kind.value, id: ids.begin(id), name: fitName(name) } } };
  }
  if (kind.case === "toolResult") {
    return { ...part, kind: { ...kind, value: { ...kind.value, toolCallId: ids.find(kind.value.toolCallId) } } };
  }
  return part;
}

/** A name that a model made up may hold what no upstream takes back. */
function fitName(name: string): string {
  return name.replace(/[^\w-]/g, "_").slice(0, MAX_TOOL_NAME) || "unknown";
}

function isSystem({ role }: Message): boolean {
  return role === Role.SYSTEM;
}

function systemFirst(messages: Message[]): Message[] {
  const begins = messages.findIndex((message) => !isSystem(message));
  if (begins < 0 || !messages.some((message, index) => index > begins && isSystem(message))) return messages;
  return [...messages.filter(isSystem), ...messages.filter((message) => !isSystem(message))];
}
