/** Lists the names that a refusal tells. */

/** Most names that are told. */
const MAX_NAMES = 10;

/** The first names, or `none`. */
export function listNames(names: Iterable<string>): string {
  return [...names].slice(0, MAX_NAMES).join(", ") || "none";
}
