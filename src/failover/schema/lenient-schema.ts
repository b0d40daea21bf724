/**
 * Reads schemas as people write them: of older drafts and of OpenAPI, with patterns of other languages, with parts that
 * stand elsewhere. What cannot be checked is left out and told.
 */

import { isObject, type JsonObject } from "../../call/json-object.ts";
import { toUnicodePattern } from "./unicode-pattern.ts";

/** A schema while it is written. */
type Draft = Record<string, unknown>;

/** A schema that the checker reads. */
export interface LenientSchema {
  readonly schemaJson: string;
  /** What was left out, in words without text of the schema: `a pattern that is no regular expression`. */
  readonly leftOut: readonly string[];
}

/** Keywords whose value is no schema and holds none. */
const PLAIN: ReadonlySet<string> = new Set(["const", "enum", "default", "example", "examples", "required", "type"]);

/** Keywords that name schemas by keys of their own. */
const MAPS: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);

const TYPES: ReadonlySet<unknown> = new Set(["null", "boolean", "object", "array", "number", "integer", "string"]);

/** Makes a schema that the checker reads. Throws if it is not JSON. */
export function makeLenient(schemaJson: string): LenientSchema {
  const root: unknown = JSON.parse(schemaJson);
  const leftOut = new Set<string>();

  const read = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(read);
    if (!isObject(schema)) return schema;
    const made: Draft = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (PLAIN.has(keyword)) made[keyword] = value;
      else if (MAPS.has(keyword) && isObject(value)) made[keyword] = readMap(value);
      else made[keyword] = read(value);
    }
    readPattern(made);
    readPatternProperties(made);
    readReference(made);
    readType(made);
    readBounds(made);
    readList(made);
    return readNullable(made);
  };

  const readMap = (map: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, read(schema)]));

  const readPattern = (schema: Draft): void => {
    const { pattern } = schema;
    if (typeof pattern !== "string") return;
    const readable = toUnicodePattern(pattern);
    if (readable !== undefined) schema["pattern"] = readable;
    else leaveOut(schema, "pattern", "a pattern that is no regular expression of ECMAScript");
  };

  const readPatternProperties = (schema: Draft): void => {
    const { patternProperties } = schema;
    if (!isObject(patternProperties)) return;
    const readable: Draft = {};
    for (const [pattern, value] of Object.entries(patternProperties)) {
      const key = toUnicodePattern(pattern);
      if (key !== undefined) readable[key] = value;
      else {
        leaveOut(schema, "additionalProperties", "a pattern that is no regular expression of ECMAScript");
        // Which keys it would have named is not known.
        delete schema["unevaluatedProperties"];
      }
    }
    schema["patternProperties"] = readable;
  };

  const readReference = (schema: Draft): void => {
    const { $ref } = schema;
    if (typeof $ref !== "string" || isFound($ref, root)) return;
    leaveOut(schema, "$ref", "a $ref to a schema that stands elsewhere");
  };

  const readType = (schema: Draft): void => {
    // A mark on the property itself, of draft 3.
    if (!Array.isArray(schema["required"])) delete schema["required"];
    const { type } = schema;
    const types = Array.isArray(type) ? type : [type];
    if (type === undefined || types.every((each) => TYPES.has(each))) return;
    leaveOut(schema, "type", "a type that JSON does not have");
  };

  const leaveOut = (schema: Draft, keyword: string, what: string): void => {
    delete schema[keyword];
    leftOut.add(what);
  };

  return { schemaJson: JSON.stringify(read(root)), leftOut: [...leftOut] };
}

/** Whether a reference leads to a place in the same document. One by a name may, and fails in the checker if not. */
function isFound($ref: string, root: unknown): boolean {
  if (!$ref.startsWith("#")) return JSON.stringify(root).includes(`"$id":${JSON.stringify($ref)}`);
  if (!$ref.startsWith("#/")) return true;
  let place = root;
  for (const part of $ref.slice(2).split("/")) {
    const key = unescape(part);
    if (Array.isArray(place)) place = place[Number(key)];
    else if (isObject(place) && Object.hasOwn(place, key)) place = place[key];
    else return false;
  }
  return place !== undefined;
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-6 */
function unescape(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}

/** `minimum: 0, exclusiveMinimum: true`, of draft 4 and OpenAPI 3.0. */
function readBounds(schema: Draft): void {
  for (const [bound, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (typeof schema[exclusive] !== "boolean") continue;
    const isExclusive = schema[exclusive];
    delete schema[exclusive];
    if (!isExclusive || typeof schema[bound] !== "number") continue;
    schema[exclusive] = schema[bound];
    delete schema[bound];
  }
}

/** A list of schemas in `items`, of the drafts before 2020-12. */
function readList(schema: Draft): void {
  if (!Array.isArray(schema["items"])) return;
  schema["prefixItems"] = schema["items"];
  delete schema["items"];
  if (schema["additionalItems"] !== undefined) schema["items"] = schema["additionalItems"];
  delete schema["additionalItems"];
}

/** `nullable: true`, of OpenAPI 3.0. */
function readNullable(schema: Draft): Draft {
  if (schema["nullable"] !== true) return schema;
  const { type } = schema;
  if (typeof type === "string" || Array.isArray(type)) {
    const options = schema["enum"];
    return {
      ...schema,
      type: [...(Array.isArray(type) ? type : [type]), "null"],
      ...(Array.isArray(options) && { enum: [...options, null] }),
    };
  }
  const { nullable, $defs, definitions, $id, ...rules } = schema;
  void nullable;
  return {
    ...($id !== undefined && { $id }),
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
    anyOf: [{ type: "null" }, rules],
  };
}
