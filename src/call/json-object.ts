/** Reads JSON whose shape nobody guarantees. */

/** A JSON object with members of unknown kinds. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value out of a JSON parser is an object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
