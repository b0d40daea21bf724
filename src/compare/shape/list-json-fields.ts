/** Lists what a JSON value consists of: places and types, without the values. */

import { create } from "@bufbuild/protobuf";
import { type JsonField, JsonFieldSchema } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** Most places that are listed. An answer with more has them from data, not from its form. */
const MAX_FIELDS = 500;

/** Deepest place that is listed. */
const MAX_DEPTH = 16;

/** Lists the places of a value and the types found there. Items of a list share one place. */
export function listJsonFields(value: unknown): JsonField[] {
  const types = new Map<string, Set<string>>();
  visit(value, "", 0, types);
  return [...types].map(([path, found]) => create(JsonFieldSchema, { path, types: [...found].sort() }));
}

function visit(value: unknown, path: string, depth: number, types: Map<string, Set<string>>): void {
  const found = types.get(path);
  if (found !== undefined) found.add(typeOf(value));
  else if (types.size < MAX_FIELDS) types.set(path, new Set([typeOf(value)]));
  if (depth === MAX_DEPTH || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) visit(item, `${path}/*`, depth + 1, types);
  } else {
    for (const [key, item] of Object.entries(value)) visit(item, `${path}/${escape(key)}`, depth + 1, types);
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** As RFC 6901 writes keys in pointers. */
function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
