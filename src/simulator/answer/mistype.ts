/** Gives a JSON value the wrong types: what a model does that writes numbers as text. */

/** The value with every number and boolean in it as a string, and every string inside an object as a list of one. */
export function mistype(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mistype);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wrap(mistype(item), item)]));
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function wrap(changed: unknown, item: unknown): unknown {
  return typeof item === "string" ? [changed] : changed;
}
