/** Whether a run of letters is a word: where an answer stops, a half word looks like a whole one. */

import { readFileSync } from "node:fs";
import englishWordsPath from "word-list";

/** 275,000 English words, each between line breaks; searched about once a seam, so a search of 1 ms will do. */
const ENGLISH = readFileSync(englishWordsPath);

const WORDS = /[\p{L}\p{M}_]+/gu;

/** Shorter runs of letters are hardly ever a half word: tokenizers cut long ones. */
const MIN_HALF_LENGTH = 4;

/** Fewer words do not tell the language of an answer, and so many do. */
const MIN_SAMPLE = 5;
const SAMPLE = 12;

/** The words of the answer and of the language. */
export class Vocabulary {
  readonly #words: ReadonlySet<string>;

  /** `texts` hold whole words: the answer without its last one, and what was asked. */
  constructor(...texts: readonly string[]) {
    this.#words = new Set(texts.flatMap((text) => text.toLowerCase().match(WORDS) ?? []));
  }

  /**
   * Whether `left`, with which the answer stops, and `right`, with which a model goes on, are halves of one word. What
   * the answer itself says outweighs the language. In another language than English most answers stop behind a word.
   */
  areHalves(left: string, right: string): boolean {
    const [first, second] = [left.toLowerCase(), right.toLowerCase()];
    if (/^\p{Lu}/u.test(right) && /\p{Ll}$/u.test(left)) return false;
    const said = this.#words.has(first);
    if (!said && this.#words.has(first + second)) return true;
    const rightIsWord = this.#words.has(second) || isEnglish(second);
    if (isEnglish(first + second) && !rightIsWord) return true;
    if (isEnglish(first + second) && !said && !isEnglish(first)) {
      return left.length >= MIN_HALF_LENGTH || this.#words.size < MIN_SAMPLE || this.#isMostlyEnglish();
    }
    const unknown = !said && !rightIsWord && left.length >= MIN_HALF_LENGTH && !isEnglish(first);
    return unknown && this.#isMostlyEnglish();
  }

  #isMostlyEnglish(): boolean {
    const sample = [...this.#words].filter((word) => word.length >= 3).slice(-SAMPLE);
    return sample.length >= MIN_SAMPLE && sample.filter(isEnglish).length > sample.length / 2;
  }
}

/** Whether `word`, in lower case, is English. */
export function isEnglish(word: string): boolean {
  return ENGLISH.includes(`\n${word}\n`);
}
