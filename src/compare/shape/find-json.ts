/** Finds the JSON that a model wrote into a plain text. */

import { parseJson } from "../../call/json-object.ts";

/** A block of code that is the whole text: models put JSON into one when nobody told them not to. */
const FENCED = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/u;

/** The JSON object or list that a text consists of, also inside a block of code; undefined if there is none. */
export function findJson(text: string): unknown {
  const body = FENCED.exec(text)?.[1] ?? text;
  return /^\s*[[{]/u.test(body) ? parseJson(body) : undefined;
}
