/** Cuts a text into the pieces that a simulated model sends, one by one. */

/** A word with the white space before it; longer words come in several pieces. Never inside a code point. */
const PIECE = /\s*\S{1,12}|\s+$/gu;

/** Cuts `text` into pieces whose concatenation is `text`. */
export function splitPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}
