/** Checks one part of a turn. */

import {
  type Part,
  type Reasoning,
  Role,
  type ToolCall,
  type ToolResult,
} from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { checkImage } from "./check-image.ts";
import { hasControlCharacter, isLongerThan } from "./text-form.ts";
import type { Violations } from "./violations.ts";

type PartKind = NonNullable<Part["kind"]["case"]>;

/** The parts that a turn of each role may have. A role that is not known was reported before. */
const KINDS: ReadonlyMap<Role, readonly PartKind[]> = new Map<Role, readonly PartKind[]>([
  [Role.SYSTEM, ["text"]],
  [Role.USER, ["text", "image"]],
  [Role.ASSISTANT, ["text", "toolCall", "reasoning"]],
  [Role.TOOL, ["toolResult"]],
]);

const FIELDS: Readonly<Record<PartKind, string>> = {
  text: "text",
  image: "image",
  toolCall: "tool_call",
  toolResult: "tool_result",
  reasoning: "reasoning",
};

/** Longest name of a called tool in characters: models invent names, but none that is longer. */
const MAX_CALLED_NAME_CHARACTERS = 256;

/** Reports what is wrong with a part. `callIds` holds the calls before it, and gets those of the part. */
export function checkPart(part: Part, role: Role, path: string, callIds: Set<string>, violations: Violations): void {
  const { kind } = part;
  if (kind.case === undefined) return violations.add(path, "is empty", "give one kind of part");
  const kinds = KINDS.get(role);
  const field = `${path}.${FIELDS[kind.case]}`;
  if (kinds !== undefined && !kinds.includes(kind.case)) {
    const allowed = kinds.map((allowedKind) => FIELDS[allowedKind]).join(", ");
    return violations.add(field, "cannot be in a turn of this role", `use ${allowed}, or another role`);
  }
  switch (kind.case) {
    case "text":
      return checkText(kind.value, field, violations);
    case "image":
      return checkImage(kind.value, field, violations);
    case "toolCall":
      return checkToolCall(kind.value, field, callIds, violations);
    case "toolResult":
      return checkToolResult(kind.value, field, callIds, violations);
    case "reasoning":
      return checkReasoning(kind.value, field, violations);
  }
}

function checkText(text: string, field: string, violations: Violations): void {
  if (!text.isWellFormed()) violations.add(field, "holds half a character", "do not cut between surrogates");
}

function checkToolCall(call: ToolCall, field: string, callIds: Set<string>, violations: Violations): void {
  if (call.id === "" || hasControlCharacter(call.id)) {
    violations.add(`${field}.id`, "is missing or holds control characters", "give back the id that came with the call");
  }
  callIds.add(call.id);
  // A history holds what a model wrote, also a name that nobody declared and arguments that were cut off.
  if (call.name === "" || isLongerThan(call.name, MAX_CALLED_NAME_CHARACTERS) || hasControlCharacter(call.name)) {
    violations.add(`${field}.name`, "is not the name of a tool", "give the name that came with the call");
  }
  if (!call.argumentsJson.isWellFormed()) {
    violations.add(`${field}.arguments_json`, "holds half a character", "do not cut between surrogates");
  }
}

function checkToolResult(result: ToolResult, field: string, callIds: Set<string>, violations: Violations): void {
  if (result.toolCallId === "") {
    violations.add(`${field}.tool_call_id`, "is missing", "give the id of the call that this answers");
  } else if (!callIds.has(result.toolCallId)) {
    violations.add(`${field}.tool_call_id`, "names no earlier call", "put the assistant turn with the call before it");
  }
  if (!result.text.isWellFormed()) {
    violations.add(`${field}.text`, "holds half a character", "do not cut between surrogates");
  }
}

function checkReasoning(reasoning: Reasoning, field: string, violations: Violations): void {
  if (reasoning.text === "" && (reasoning.opaque ?? "") === "") {
    violations.add(field, "is empty", "give its text or opaque, or leave the part out");
  } else if (!reasoning.text.isWellFormed()) {
    violations.add(`${field}.text`, "holds half a character", "do not cut between surrogates");
  }
}
