/** Checks a conversation: who speaks when, and in which form. */

import { type Message, Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { checkPart } from "./check-part.ts";
import type { Violations } from "./violations.ts";

/** Most messages: longer conversations fill every model's window before. */
const MAX_MESSAGES = 10_000;

const ROLES = "ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT or ROLE_TOOL";

/** Reports what is wrong with the messages of a request. */
export function checkMessages(messages: readonly Message[], violations: Violations): void {
  const last = messages.at(-1);
  if (last === undefined) return violations.add("messages", "is empty", "give at least one message");
  if (messages.length > MAX_MESSAGES) {
    return violations.add("messages", "holds more than 10,000 messages", "shorten the conversation");
  }
  const callIds = new Set<string>();
  let hasBegun = false;
  for (let index = 0; index < messages.length && !violations.isFull; index += 1) {
    const message = messages[index];
    if (message === undefined) continue;
    checkRole(message.role, hasBegun, index, violations);
    checkContent(message, index, callIds, violations);
    hasBegun ||= message.role !== Role.SYSTEM;
  }
  if (last.role === Role.SYSTEM || last.role === Role.ASSISTANT) {
    violations.add(`messages[${messages.length - 1}].role`, "cannot come last", "end with a user or a tool turn");
  }
}

function checkRole(role: Role, hasBegun: boolean, index: number, violations: Violations): void {
  switch (role) {
    case Role.USER:
    case Role.ASSISTANT:
    case Role.TOOL:
      return;
    case Role.SYSTEM:
      if (!hasBegun) return;
      return violations.add(
        `messages[${index}].role`,
        "is a system turn behind other turns",
        "move it to the beginning",
      );
    case Role.UNSPECIFIED:
      return violations.add(`messages[${index}].role`, "is missing", `use ${ROLES}`);
    default:
      return violations.add(`messages[${index}].role`, "is not a known role", `use ${ROLES}`);
  }
}

function checkContent(message: Message, index: number, callIds: Set<string>, violations: Violations): void {
  const { role, text, parts } = message;
  if (text !== undefined) {
    if (parts.length > 0) {
      violations.add(`messages[${index}]`, "has both text and parts", "give one of them");
    } else if (role === Role.TOOL) {
      violations.add(`messages[${index}].text`, "cannot be in a tool turn", "give parts with a tool_result each");
    } else if (text === "") {
      violations.add(`messages[${index}].text`, "is empty", "give a text, or leave the message out");
    } else if (!text.isWellFormed()) {
      violations.add(`messages[${index}].text`, "holds half a character", "do not cut between surrogates");
    }
    return;
  }
  if (parts.length === 0) violations.add(`messages[${index}]`, "is empty", "give text or parts");
  for (let at = 0; at < parts.length && !violations.isFull; at += 1) {
    const part = parts[at];
    if (part !== undefined) checkPart(part, role, `messages[${index}].parts[${at}]`, callIds, violations);
  }
}
