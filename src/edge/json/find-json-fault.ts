/** Finds the first field of a JSON value that does not fit a message, by the message's descriptor. */

import type { DescField, DescMessage, DescOneof, JsonValue } from "@bufbuild/protobuf";

import { isObject } from "../../call/json-object.ts";
import type { FieldViolation } from "../../call/refusal.ts";
import { suggest } from "../../config/nearest.ts";
import { findUnfitValue } from "./find-unfit-value.ts";

/** Longest name of an unknown field that is repeated, in characters. */
const MAX_NAME_CHARACTERS = 64;

/**
 * The first fault of `value`, which is at `path` of the request (empty for the request itself); undefined if every field
 * fits. Names a field by its whole path, and never repeats a value. The work is about that of decoding the value.
 */
export function findJsonFault(desc: DescMessage, value: JsonValue, path: string): FieldViolation | undefined {
  if (!isObject(value)) return { field: path, description: `is not an object; give a JSON object of ${desc.typeName}` };
  const given = new Set<DescField>();
  const chosen = new Map<DescOneof, DescField>();
  for (const [key, member] of Object.entries(value)) {
    const field = desc.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    if (field === undefined) return describeUnknown(desc, key, path);
    const at = pathInside(path, field.name);
    if (given.has(field)) return { field: at, description: "is given by both of its names; keep one" };
    given.add(field);
    const other = chooseMember(field, member, chosen);
    if (other !== undefined) return { field: at, description: `is given beside ${other.name}; keep one of the two` };
    const fault = findInField(desc, field, member, at);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function describeUnknown({ typeName, fields }: DescMessage, key: string, path: string): FieldViolation {
  const shown = key.slice(0, MAX_NAME_CHARACTERS).toWellFormed();
  const known = fields.map(({ name }) => name);
  const mend = suggest(key, known, `it has ${known.join(", ")}`);
  return { field: pathInside(path, shown), description: `is not a field of ${typeName}; ${mend}`, namedByClient: true };
}

/** The other field of the same group that was given before. A plain null chooses nothing. */
function chooseMember(field: DescField, value: JsonValue, chosen: Map<DescOneof, DescField>): DescField | undefined {
  if (field.oneof === undefined || (field.fieldKind === "scalar" && value === null)) return undefined;
  const other = chosen.get(field.oneof);
  chosen.set(field.oneof, field);
  return other;
}

function findInField(owner: DescMessage, field: DescField, value: JsonValue, at: string): FieldViolation | undefined {
  const { fieldKind, message } = field;
  const isPlain = message === undefined || fieldKind === "map" || message.typeName.startsWith("google.protobuf.");
  if (isPlain || value === null) return findUnfitValue(owner, field, value, at);
  if (fieldKind !== "list") return findJsonFault(message, value, at);
  if (!Array.isArray(value)) return { field: at, description: "is not a list; give a list" };
  for (const [index, item] of value.entries()) {
    const fault = findJsonFault(message, item, `${at}[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function pathInside(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
