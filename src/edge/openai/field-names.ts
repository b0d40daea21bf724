/** Knows the names that the fields of a request have in OpenAI's API. */

import { isObject, type JsonObject } from "../../call/json-object.ts";
import { Violations } from "../../service/validation/violations.ts";
import { JsonFields } from "../door/json-fields.ts";
import { readReasoningParts } from "./reasoning-details.ts";

/** Beginnings of paths in the API, and what they are called here. The first that fits is taken. */
const NAMES: ReadonlyArray<readonly [path: RegExp, name: string]> = [
  [/^(messages\[\d+\])\.text$/, "$1.content"],
  [/^tools\[(\d+)\]\.schema_json/, "tools[$1].function.parameters"],
  [/^tools\[(\d+)\]\.(name|description|strict)/, "tools[$1].function.$2"],
  [/^tool_choice\.tool$/, "tool_choice.function.name"],
  [/^response_format\.json_schema\.schema_json/, "response_format.json_schema.schema"],
  [/^workload$/, "model"],
  [/^stop_sequences/, "stop"],
  [/^max_output_tokens$/, "max_completion_tokens"],
  [/^reasoning\.effort$/, "reasoning_effort"],
  [/^labels/, "metadata"],
];

/** The name in `body` of a field of the API. */
export function nameField(path: string, body: JsonObject): string {
  const part = /^messages\[(\d+)\]\.parts\[(\d+)\]\.(.*)$/.exec(path);
  if (part !== null) return namePart(Number(part[1]), Number(part[2]), part[3] ?? "", body);
  if (path === "routing.primary" && body["routing"] === undefined) return "model";
  if (path.startsWith("routing.backups") && body["routing"] === undefined) {
    return body["models"] === undefined ? "fallbacks" : "models";
  }
  const [pattern, name] = NAMES.find(([candidate]) => candidate.test(path)) ?? [];
  return pattern === undefined || name === undefined ? path : path.replace(pattern, name);
}

/** The parts of an assistant turn are its reasoning, those of its content, then its calls. */
function namePart(index: number, place: number, rest: string, body: JsonObject): string {
  const message = `messages[${index}]`;
  if (rest.startsWith("tool_result.tool_call_id")) return `${message}.tool_call_id`;
  if (rest.startsWith("tool_result")) return `${message}.content`;
  const thoughts = countThoughts(body, index);
  if (rest.startsWith("reasoning")) return `${message}.reasoning_details[${place}]`;
  const content = contentOf(body, index);
  const contentCount = Array.isArray(content) ? content.length : Number(typeof content === "string" && content !== "");
  if (rest.startsWith("tool_call")) {
    const field = rest.replace(/^tool_call/, "").replace(/^\.(name|arguments)(?:_json)?$/, ".function.$1");
    return `${message}.tool_calls[${place - thoughts - contentCount}]${field}`;
  }
  if (!Array.isArray(content)) return `${message}.content`;
  return `${message}.content[${place - thoughts}].${rest.startsWith("image") ? "image_url.url" : rest}`;
}

function countThoughts(body: JsonObject, index: number): number {
  const message = messageAt(body, index);
  if (message === undefined || message["role"] !== "assistant") return 0;
  const violations = new Violations();
  return readReasoningParts(new JsonFields(message, "", violations)).length;
}

function contentOf(body: JsonObject, index: number): unknown {
  return messageAt(body, index)?.["content"];
}

function messageAt(body: JsonObject, index: number): JsonObject | undefined {
  const { messages } = body;
  const message: unknown = Array.isArray(messages) ? messages[index] : undefined;
  return isObject(message) ? message : undefined;
}
