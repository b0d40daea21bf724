/** Sees when a model says the same again and again. */

import { MAX_REPEATED_CHARACTERS } from "../engine-limits.ts";

/**
 * Looks at the pieces of one attempt's text as they come: a model in a loop says one token for ever, or white space of
 * any kind. What is written of repeated words, as a table or a refrain, comes in pieces that differ.
 */
export class Repetition {
  #piece = "";
  #characters = 0;

  /** Notes a piece. Returns whether the last 4,096 characters are white space alone, or one piece again and again. */
  note(piece: string): boolean {
    if (piece === this.#piece || (isWhite(piece) && isWhite(this.#piece))) {
      this.#characters += piece.length;
      return this.#characters >= MAX_REPEATED_CHARACTERS;
    }
    this.#piece = piece;
    this.#characters = piece.length;
    return false;
  }
}

function isWhite(piece: string): boolean {
  return piece.trim() === "";
}
