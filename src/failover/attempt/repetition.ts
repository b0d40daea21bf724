/** Sees when a model says the same again and again. */

import { MAX_REPEATED_CHARACTERS } from "../engine-limits.ts";

/** The text is looked at once in so many characters. */
const STRIDE = 512;
/** So much of the end is looked for before it, to find the length of what is repeated. */
const PROBE = 16;
/** A longer piece is hardly repeated word for word, and fits few times into what is looked at. */
const LONGEST_PIECE = 512;

/** Looks at the text of one attempt. */
export class Repetition {
  #tail = "";
  #unseen = 0;

  /** Notes a piece. Returns whether the last 4,096 characters are white space alone, or one piece again and again. */
  note(text: string): boolean {
    this.#unseen += text.length;
    this.#tail += text;
    if (this.#unseen < STRIDE) return false;
    this.#unseen = 0;
    const tail = this.#tail.slice(-MAX_REPEATED_CHARACTERS);
    this.#tail = tail;
    if (tail.length < MAX_REPEATED_CHARACTERS) return false;
    if (tail.trim() === "") return true;
    const period = findPeriod(tail.slice(-LONGEST_PIECE - PROBE));
    return period !== undefined && tail.startsWith(tail.slice(period));
  }
}

/** After how many characters the end of a text seems to come again: what its last ones were before. */
function findPeriod(end: string): number | undefined {
  const probeAt = end.length - PROBE;
  const before = end.lastIndexOf(end.slice(probeAt), probeAt - 1);
  return before < 0 ? undefined : probeAt - before;
}
