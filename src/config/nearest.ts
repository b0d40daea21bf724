/** Finds the known word that a misspelt one was meant to be. */

import { closest, distance } from "fastest-levenshtein";

/** Longest word that is compared: the comparison takes time by the product of both lengths. */
const MAX_COMPARED_CHARACTERS = 64;

/** The known word nearest to `word`, if it is near enough to be meant: a third of its letters may differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > MAX_COMPARED_CHARACTERS) return undefined;
  const comparable = word.toLowerCase().replaceAll("-", "_");
  const forms = known.map((name) => name.toLowerCase().replaceAll("-", "_"));
  const form = closest(comparable, forms);
  const allowed = Math.max(2, Math.floor(form.length / 3));
  return distance(comparable, form) <= Math.min(allowed, form.length - 1) ? known[forms.indexOf(form)] : undefined;
}

/** A mend: the nearest known word if there is one, else all of them (at most 12), else `otherwise`. */
export function suggest(word: string, known: readonly string[], otherwise: string): string {
  const meant = nearest(word, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length > 0 && known.length <= 12 ? `known are ${known.join(", ")}` : otherwise;
}
