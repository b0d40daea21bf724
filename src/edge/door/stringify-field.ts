/** Turns a JSON value of a request back into text: as such JSON travels through the gateway. */

import { MAX_JSON_DEPTH } from "../../service/validation/parse-json-object.ts";
import type { JsonFields } from "./json-fields.ts";

/** A field as JSON text, or undefined if it is missing. Reports one that is nested too deeply to be written. */
export function stringifyField(owner: JsonFields, name: string): string | undefined {
  const value = owner.get(name);
  if (value === undefined) return undefined;
  if (isDeeperThan(value, MAX_JSON_DEPTH)) {
    owner.refuse(name, `has more than ${MAX_JSON_DEPTH} levels`, "make it simpler");
    return "{}";
  }
  return JSON.stringify(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
