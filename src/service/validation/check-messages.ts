/** Checks a conversation: who speaks when, and in which form. */

import { type Message, Role, RoleSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { checkPart } from "./check-part.ts";
import { hasControlCharacter, isLongerThan } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Most messages: longer conversations fill every model's window before. */
const MAX_MESSAGES = 10_000;

const ROLES = "ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT or ROLE_TOOL";

/** Reports what is wrong with the messages of a request. */
export function checkMessages(messages: readonly Message[], violations: Violations): void {
  if (messages.length === 0) return violations.add("messages", "is empty", "give at least one message");
  if (messages.length > MAX_MESSAGES) {
    return violations.add("messages", "holds more than 10,000 messages", "shorten the conversation");
  }
  const callIds = new Set<string>();
  for (let index = 0; index < messages.length && !violations.isFull; index += 1) {
    const message = messages[index];
    if (message === undefined) continue;
    checkRole(message.role, index, violations);
    checkName(message.name, index, violations);
    checkContent(message, index, callIds, violations);
  }
}

function checkRole(role: Role, index: number, violations: Violations): void {
  const path = `messages[${index}].role`;
  if (role === Role.UNSPECIFIED) violations.add(path, "is missing", `use ${ROLES}`);
  else if (RoleSchema.value[role] === undefined) violations.add(path, "is not a known role", `use ${ROLES}`);
}

/** Longest name of a speaker in characters, as OpenAI takes it. */
const MAX_NAME_CHARACTERS = 64;

function checkName(name: string, index: number, violations: Violations): void {
  if (name === "" || (!isLongerThan(name, MAX_NAME_CHARACTERS) && !hasControlCharacter(name))) return;
  violations.add(`messages[${index}].name`, "is too long or holds control characters", "give at most 64 characters");
}

function checkContent(message: Message, index: number, callIds: Set<string>, violations: Violations): void {
  const { role, text, parts } = message;
  if (text !== undefined) {
    if (parts.length > 0) {
      violations.add(`messages[${index}]`, "has both text and parts", "give one of them");
    } else if (role === Role.TOOL) {
      violations.add(`messages[${index}].text`, "cannot be in a tool turn", "give parts with a tool_result each");
    } else if (!text.isWellFormed()) {
      violations.add(`messages[${index}].text`, "holds half a character", "do not cut between surrogates");
    }
    return;
  }
  for (let at = 0; at < parts.length && !violations.isFull; at += 1) {
    const part = parts[at];
    if (part !== undefined) checkPart(part, role, `messages[${index}].parts[${at}]`, callIds, violations);
  }
}
