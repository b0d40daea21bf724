/** Reads JSON objects that travel as strings, without trusting their depth. */

import { isObject, type JsonObject, parseJson } from "../../call/json-object.ts";

/** Deepest nesting of objects and lists. Upstreams refuse schemas far below it, and deeper ones can exhaust a stack. */
export const MAX_JSON_DEPTH = 64;

/** The object, or undefined if the text is not one JSON object of at most `MAX_JSON_DEPTH` levels. */
export function parseJsonObject(text: string): JsonObject | undefined {
  if (isDeeperThan(text, MAX_JSON_DEPTH)) return undefined;
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

/** Counts the brackets outside of strings; text that is not JSON gives some number. */
function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > max) return true;
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return false;
}
