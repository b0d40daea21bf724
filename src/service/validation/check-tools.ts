/** Checks the tools of a request, and which of them must be called. */

import { type Tool, type ToolChoice, ToolChoice_ModeSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { checkSchema } from "./check-schema.ts";
import { isToolName } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Most tools: upstreams take no more. */
const MAX_TOOLS = 128;

/** Reports what is wrong with the tools and the choice among them. */
export function checkTools(tools: readonly Tool[], choice: ToolChoice | undefined, violations: Violations): void {
  const names = new Set<string>();
  if (tools.length > MAX_TOOLS) violations.add("tools", "holds more than 128 tools", "leave some out");
  for (let index = 0; index < Math.min(tools.length, MAX_TOOLS) && !violations.isFull; index += 1) {
    const tool = tools[index];
    if (tool === undefined) continue;
    const path = `tools[${index}]`;
    if (!isToolName(tool.name)) {
      violations.add(`${path}.name`, "is not a valid name", "use 1 to 64 characters of A-Z a-z 0-9 _ -");
    } else if (names.has(tool.name)) {
      violations.add(`${path}.name`, "is the name of an earlier tool too", "give every tool a name of its own");
    }
    names.add(tool.name);
    checkSchema(tool.schemaJson, true, `${path}.schema_json`, violations);
  }
  if (choice !== undefined) checkChoice(choice, names, violations);
}

function checkChoice({ choice }: ToolChoice, names: ReadonlySet<string>, violations: Violations): void {
  if (names.size === 0) return violations.add("tool_choice", "is given without tools", "add tools, or leave it out");
  if (choice.case === "tool" && !names.has(choice.value)) {
    violations.add("tool_choice.tool", "names no tool of the request", "name one of tools");
  }
  if (choice.case === "mode" && ToolChoice_ModeSchema.value[choice.value] === undefined) {
    violations.add("tool_choice.mode", "is not a known mode", "use MODE_AUTO, MODE_NONE or MODE_REQUIRED");
  }
}
