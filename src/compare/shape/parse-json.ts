/** Reads JSON that a model wrote. */

/** A block of code that is the whole text: models put JSON into one when nobody told them not to. */
const FENCED = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/u;

/** The value of a JSON text; undefined if it is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** The JSON object or list that a plain text consists of, also inside a block of code; undefined if there is none. */
export function findJson(text: string): { readonly value: unknown } | undefined {
  const body = FENCED.exec(text)?.[1] ?? text;
  if (!/^\s*[[{]/u.test(body)) return undefined;
  return parseJson(body);
}
