/** The last words of the delivered text, which a backup is asked to begin with. */

import { fold } from "./folding.ts";
import { periodicEnd } from "./repeat.ts";

/** Fewer characters than this come again by themselves too often. */
const MIN_ANCHOR = 24;

/** More than this is a lot to say again: about 60 tokens. */
const MAX_ANCHOR = 240;

/** The end of the answer in which they must occur once. */
const WINDOW = 16_000;

/** The last words of `delivered`, so many that they occur in it once; undefined if it has no such end. */
export function pickAnchor(delivered: string): string | undefined {
  const text = delivered.trimEnd().slice(-WINDOW);
  const folded = fold(text).text;
  // In a row of the same, its end is everywhere: only what goes beyond it can be found again.
  const periodic = periodicEnd(folded.slice(-2 * MAX_ANCHOR)).length;
  for (
    let length = Math.max(MIN_ANCHOR, periodic >= MIN_ANCHOR / 2 ? periodic + 8 : 0);
    length <= Math.min(MAX_ANCHOR, text.length);
    length += 8
  ) {
    const anchor = wholeWords(text, text.length - length);
    const sought = fold(anchor).text;
    if (folded.indexOf(sought) === folded.length - sought.length) return anchor;
  }
  return text.length <= MIN_ANCHOR && text !== "" && periodic < MIN_ANCHOR / 2 ? text : undefined;
}

/** `text` from `start` on, from the beginning of the word that lies there, if that is near. */
function wholeWords(text: string, start: number): string {
  let begin = start;
  while (begin > 0 && start - begin < 24 && !/\s/u.test(text[begin - 1] ?? "")) begin--;
  if (start - begin === 24) begin = start;
  // never between the halves of a surrogate pair
  const unit = text.charCodeAt(begin);
  return text.slice(unit >= 0xdc00 && unit <= 0xdfff ? begin - 1 : begin);
}
