/** Fits a JSON schema for an answer to what an upstream takes. The gateway checks the answer against the caller's. Pure. */

import type { ResponseFormat_JsonSchema as JsonSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, type JsonObject, parseJson } from "../../call/json-object.ts";
import type { SchemaRule } from "../../vendor/request-rules.ts";

export interface FittedSchema {
  readonly schema: JsonSchema;
  /** What was changed, in a sentence; undefined if nothing was. */
  readonly reason: string | undefined;
}

/** Fits a schema. One that is no JSON object stays as it is: validation refuses it. */
export function fitSchema(asked: JsonSchema, rule: SchemaRule): FittedSchema {
  const parsed = parseJson(asked.schemaJson);
  if (!isObject(parsed)) return { schema: asked, reason: undefined };
  if (rule.strictIfComplete) {
    if (asked.strict === false || isComplete(parsed)) return { schema: asked, reason: undefined };
    return {
      schema: { ...asked, strict: false },
      reason: "not sent as strict: some object is open or has optional properties",
    };
  }
  const dropped = new Set<string>();
  const fitted = mapSchema(parsed, (schema) => fitOne(schema, rule, dropped));
  const closed = rule.closed && JSON.stringify(fitted) !== JSON.stringify(parsed) && dropped.size === 0;
  if (dropped.size === 0 && !closed) return { schema: asked, reason: undefined };
  const reason =
    dropped.size > 0 ? `sent without ${[...dropped].join(", ")}, which the gateway checks` : "its objects were closed";
  return { schema: { ...asked, schemaJson: JSON.stringify(fitted) }, reason };
}

function fitOne(schema: JsonObject, { without, closed }: SchemaRule, dropped: Set<string>): JsonObject {
  const kept = Object.entries(schema).filter(([keyword]) => {
    if (!without.includes(keyword)) return true;
    dropped.add(keyword);
    return false;
  });
  const fitted = Object.fromEntries(kept);
  return closed && isOpenObject(schema) ? { ...fitted, additionalProperties: false } : fitted;
}

function isOpenObject(schema: JsonObject): boolean {
  return isObject(schema["properties"]) && schema["additionalProperties"] !== false;
}

/** Whether every object is closed and requires all of its properties. */
function isComplete(schema: JsonObject): boolean {
  let complete = true;
  mapSchema(schema, (each) => {
    const { properties, required } = each;
    if (each["type"] === "object" || isObject(properties)) {
      const names = isObject(properties) ? Object.keys(properties) : [];
      const demanded: readonly unknown[] = Array.isArray(required) ? required : [];
      complete &&= each["additionalProperties"] === false && names.every((name) => demanded.includes(name));
    }
    return each;
  });
  return complete;
}

/** Keywords whose value holds schemas by names that anybody may choose. */
const NAMED: ReadonlySet<string> = new Set(["properties", "$defs", "definitions", "patternProperties"]);

/** Keywords whose value is no schema. */
const VALUES: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "required", "type"]);

/** Changes a schema and every schema in it, the inner ones first. */
function mapSchema(schema: JsonObject, change: (schema: JsonObject) => JsonObject): JsonObject {
  const inner = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (VALUES.has(keyword)) return [keyword, value];
    if (NAMED.has(keyword) && isObject(value)) {
      const named = Object.entries(value).map(([name, each]): [string, unknown] => [name, mapValue(each, change)]);
      return [keyword, Object.fromEntries(named)];
    }
    return [keyword, mapValue(value, change)];
  });
  return change(Object.fromEntries(inner));
}

function mapValue(value: unknown, change: (schema: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => mapValue(each, change));
  return isObject(value) ? mapSchema(value, change) : value;
}
