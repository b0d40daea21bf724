/** Holds the word that is being written, so that no switch falls into its middle. */

/** Longest word that is waited for. What is longer is no word of a language: a hash, an address, a row of letters. */
const LONGEST_WORD = 48;

/** Letters, digits, and the marks that stand inside words, at the end of a text. Scripts without spaces are never held. */
const WORD_AT_END =
  /(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}])[\p{L}\p{M}\p{N}_'’-])+$/u;

/** Passes text on up to the last word, which may not be whole yet. */
export class WholeWords {
  #word = "";

  /** Takes more text and returns what ends before a word that may go on. */
  push(text: string): string {
    const all = this.#word + text;
    const word = WORD_AT_END.exec(all.slice(-LONGEST_WORD - 1))?.[0] ?? "";
    this.#word = word.length > LONGEST_WORD ? "" : word;
    return all.slice(0, all.length - this.#word.length);
  }

  /** The answer or its part ends here: the last word is whole. */
  end(): string {
    const word = this.#word;
    this.#word = "";
    return word;
  }
}
