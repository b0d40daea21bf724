/** Finds the first field of a JSON value that does not fit a message, by the message's descriptor. */

import type { DescField, DescMessage, DescOneof, JsonValue } from "@bufbuild/protobuf";

import { isObject } from "../../call/json-object.ts";
import type { FieldViolation } from "../../call/refusal.ts";
import { suggest } from "../../config/nearest.ts";
import { showKey } from "../../config/show-text.ts";
import { describeExpected, describeNoObject } from "./describe-expected.ts";
import { fitsMessage } from "./fits-message.ts";

/** Longest name of an unknown field that is repeated, in characters. */
const MAX_NAME_CHARACTERS = 64;

/** Items of a list that are looked at together, then one by one if something is wrong with them. */
const ITEMS_AT_ONCE = 1_000;

/**
 * The first fault of `value`, which is at `path` of the request (empty for the request itself); undefined if every field
 * fits. Goes down only into what does not fit, so the work is that of decoding once for each level. Names a field by its
 * whole path, and never repeats a value.
 */
export function findJsonFault(desc: DescMessage, value: JsonValue, path: string): FieldViolation | undefined {
  if (!isObject(value)) return { field: path, description: describeNoObject(desc) };
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
    if (!fits(desc, field, member)) return findInField(desc, field, member, at);
  }
  return undefined;
}

function describeUnknown({ typeName, fields }: DescMessage, key: string, path: string): FieldViolation {
  const shown = key.slice(0, MAX_NAME_CHARACTERS).toWellFormed();
  const known = fields.map(({ name }) => name);
  const mend = suggest(key, known, `it has ${known.join(", ")}`);
  return { field: pathInside(path, shown), description: `is not a field of ${typeName}; ${mend}` };
}

/** The other field of the same group that was given before. A plain null chooses nothing. */
function chooseMember(field: DescField, value: JsonValue, chosen: Map<DescOneof, DescField>): DescField | undefined {
  if (field.oneof === undefined || (field.fieldKind === "scalar" && value === null)) return undefined;
  const other = chosen.get(field.oneof);
  chosen.set(field.oneof, field);
  return other;
}

/** Asks the protocol library, about this field alone: so both are of one mind. */
function fits(owner: DescMessage, field: DescField, value: JsonValue): boolean {
  return fitsMessage(owner, { [field.jsonName]: value });
}

/** Finds the fault of a field that does not fit. */
function findInField(owner: DescMessage, field: DescField, value: JsonValue, at: string): FieldViolation {
  if (field.fieldKind === "list") {
    if (!Array.isArray(value)) return { field: at, description: "is not a list; give a list" };
    const index = findUnfit(value, (items) => fits(owner, field, items));
    return findInItem(field, value[index], `${at}[${index}]`);
  }
  if (field.fieldKind === "map") {
    if (!isObject(value)) return { field: at, description: "is not an object; give a JSON object" };
    const entries = Object.entries(value);
    const [key = "", item] = entries[findUnfit(entries, (some) => fits(owner, field, Object.fromEntries(some)))] ?? [];
    return findInItem(field, item, pathInside(at, showKey(key)));
  }
  return findInItem(field, value, at);
}

/** Finds the fault of what does not fit: inside a message, or the value as a whole. */
function findInItem(field: DescField, item: JsonValue | undefined, at: string): FieldViolation {
  const { message } = field;
  const goesDeeper = message !== undefined && !message.typeName.startsWith("google.protobuf.");
  const inside = goesDeeper && isObject(item) ? findJsonFault(message, item, at) : undefined;
  return inside ?? { field: at, description: describeExpected(field) };
}

/** The first item that does not fit. Asks about many at once, because a request may have millions. */
function findUnfit<Item>(items: readonly Item[], fit: (some: Item[]) => boolean): number {
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE) {
    const some = items.slice(start, start + ITEMS_AT_ONCE);
    if (fit(some)) continue;
    const offset = some.findIndex((item) => !fit([item]));
    return start + Math.max(offset, 0);
  }
  return 0;
}

function pathInside(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
