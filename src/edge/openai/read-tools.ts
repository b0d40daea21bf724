/** Reads the tools of a chat, and which of them the model may or must call. */

import type { MessageInitShape } from "@bufbuild/protobuf";

import {
  ToolChoice_Mode,
  type ToolChoiceSchema,
  type ToolSchema,
} from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";
import { stringifyField } from "../door/stringify-field.ts";
import { readCacheMark } from "./read-cache-mark.ts";

type ToolInit = MessageInitShape<typeof ToolSchema>;
type ToolChoiceInit = MessageInitShape<typeof ToolChoiceSchema>;

const MODES: ReadonlyMap<string, ToolChoice_Mode> = new Map([
  ["auto", ToolChoice_Mode.AUTO],
  ["none", ToolChoice_Mode.NONE],
  ["required", ToolChoice_Mode.REQUIRED],
]);

/** A tool without parameters takes an empty object. */
const NO_PARAMETERS = '{"type":"object","properties":{}}';

/** Reads `tools`, and reports what is not a function. */
export function readTools(chat: JsonFields): ToolInit[] {
  return Array.from(chat.objects("tools"), (tool): ToolInit => {
    const type = tool.string("type");
    const declared = tool.object("function");
    if (type !== "function" || declared === undefined) {
      tool.refuse("type", "is not a function that is declared here", 'give {"type":"function","function":{…}}');
      return {};
    }
    const strict = declared.boolean("strict");
    return {
      name: declared.string("name") ?? "",
      description: declared.string("description") ?? "",
      schemaJson: stringifyField(declared, "parameters") ?? NO_PARAMETERS,
      ...(strict !== undefined && { strict }),
      ...readCacheMark(tool),
    };
  });
}

/** Reads `tool_choice` and `parallel_tool_calls`. Both mean nothing without tools, but a choice that demands a call. */
export function readToolChoice(chat: JsonFields): ToolChoiceInit | undefined {
  const parallelCalls = chat.boolean("parallel_tool_calls");
  const choice = readChoice(chat);
  const demands = choice?.case === "tool" || choice?.value === ToolChoice_Mode.REQUIRED;
  if (chat.list("tools").length === 0 && !demands) return undefined;
  if (choice === undefined && parallelCalls === undefined) return undefined;
  return { ...(choice && { choice }), ...(parallelCalls !== undefined && { parallelCalls }) };
}

type Choice = { case: "mode"; value: ToolChoice_Mode } | { case: "tool"; value: string };

function readChoice(chat: JsonFields): Choice | undefined {
  const given = chat.get("tool_choice");
  if (given === undefined) return undefined;
  const mode = typeof given === "string" ? MODES.get(given) : undefined;
  if (mode !== undefined) return { case: "mode", value: mode };
  if (typeof given === "object") {
    const choice = chat.object("tool_choice");
    const name = choice?.string("type") === "function" ? choice.object("function")?.string("name") : undefined;
    if (name !== undefined) return { case: "tool", value: name };
  }
  const mend = 'use auto, none, required or {"type":"function","function":{"name":…}}';
  return chat.refuse("tool_choice", "is not a choice that is carried", mend);
}
