/** Finds how much of what a model says repeats the end of what it was shown. */

import { fold, UNSPACED } from "./folding.ts";
import { isEnglish } from "./vocabulary.ts";

/** Tail of the answer in which a repeat is looked for. */
export const REPEAT_WINDOW = 4_000;

/** So many equal characters are no coincidence; behind an opening, which is one sign already, fewer do. */
const MIN_REPEAT = 12;
const MIN_REPEAT_BEHIND_OPENING = 6;

/** Share of the words of a sentence about a text that the text itself has. */
const MAX_KNOWN_WORDS = 0.6;
const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}]+/gu;

/** Longest period that is looked for: a line or two. */
const MAX_PERIOD = 200;

/** A clause, where words are not told apart. */
const MIN_UNSPACED_REPEAT = 4;

/** Two or more different marks that are one sign, as `<=`. Brackets and quotes stand together by themselves. */
const OPERATOR = /^(?!(.)\1+$)[^\s\p{L}\p{N}()[\]{}"'`\\]{2,}$/u;

/** Numbers that long are not cut into pieces of which the next begins with the same digits. */
const WHOLE_NUMBER = /^\p{N}{3,}$/u;
const BRACKETS = /^[()[\]{}"'`\\]$/u;

/** A half word so long comes again only where it is begun anew. */
const MIN_RESUMED = 4;

const LONGEST_WORD = 60;

/** Characters before words that tell in which place of a record they stand. */
const CONTEXT = 3;

const WORD_UNIT = /[\p{L}\p{M}\p{N}_]/u;

/** How the head stands to the delivered text. */
export interface RepeatOptions {
  readonly behindOpening: boolean;
  /** Whether the head begins with white space, as a true continuation does and a repeat does not. */
  readonly spaced: boolean;
  /** Whether also a few whole words are a repeat. */
  readonly wholeWords: boolean;
}

/** The end of the delivered text, folded, and what in it repeats itself already. */
export class Tail {
  readonly text: string;
  /** Length of its end that says the same at least twice in a row; 0 if it does not. */
  readonly periodic: number;
  #words: Set<string> | undefined;
  #masked: string | undefined;

  /** What its end says over and over. */
  readonly #unit: string;
  /** Whether it is the whole answer. */
  readonly #isWhole: boolean;

  /** `delivered` without white space at its end. */
  constructor(delivered: string) {
    this.#isWhole = delivered.length <= REPEAT_WINDOW;
    this.text = fold(delivered.slice(-REPEAT_WINDOW)).text;
    const { length, period } = periodicEnd(this.text);
    this.periodic = length;
    this.#unit = this.text.slice(this.text.length - period);
  }

  /** Whether all of `said` (folded) stands in it. */
  follows(said: string): boolean {
    const words = said.trimEnd();
    return words !== "" && this.text.includes(words);
  }

  /** Whether `said` (folded) goes on with the row of the same in which it ends, with or without the space between. */
  isInStep(said: string): boolean {
    const period = this.#unit.length;
    const words = said.trimEnd();
    if (this.periodic < MIN_REPEAT || words.length + 1 < period * 2) return false;
    const row = this.#unit.repeat(Math.ceil(words.length / period) + 1);
    return row.startsWith(words) || row.startsWith(` ${words}`);
  }

  /** Whether `said` (folded) speaks in other words than the text: it is about it, and no part of it. */
  isForeign(said: string): boolean {
    const words = said.match(WORDS) ?? [];
    this.#words ??= new Set(this.text.match(WORDS));
    const known = words.filter((word) => this.#words?.has(word)).length;
    return known <= MAX_KNOWN_WORDS * words.length;
  }

  /** Length of the beginning of `said` (folded) that repeats its end and is to be left out; 0 if none is. */
  repeated(said: string, { behindOpening, spaced, wholeWords }: RepeatOptions): number {
    const least = behindOpening ? MIN_REPEAT_BEHIND_OPENING : MIN_REPEAT;
    for (let length = Math.min(said.length, this.text.length); length > 0; length--) {
      if (!this.text.endsWith(said.slice(0, length))) continue;
      if (length <= this.periodic) return 0;
      if (this.#isWhole && length === this.text.length && this.text.includes(" ")) return length;
      if (length >= least || (wholeWords && !spaced && this.#isWholeWords(said, length))) return length;
    }
    return spaced || !wholeWords ? 0 : this.#resumedWord(said);
  }

  /** Whether whole last words come again, which no text says twice in a row elsewhere. */
  #isWholeWords(said: string, length: number): boolean {
    const words = said.slice(0, length);
    if (!isBoundary(this.text, this.text.length - length)) return false;
    if (said.length > length && !isBoundary(said, length)) return false;
    if (UNSPACED.test(words) && length < MIN_UNSPACED_REPEAT) return false;
    if (this.#usual(said, length)) return true;
    if (this.text.includes(words + words) || this.text.includes(`${words} ${words}`)) return false;
    if (/\p{L}/u.test(words) || OPERATOR.test(words) || WHOLE_NUMBER.test(words)) return true;
    const apart = /^\s$/u.test(this.text[this.text.length - length - 1] ?? "") && said[length] === " ";
    return apart && !BRACKETS.test(words) && !/^\p{N}+$/u.test(words);
  }

  /** Whether the text goes on elsewhere from such words as `said` does, and never from the same words said twice. */
  #usual(said: string, length: number): boolean {
    const words = said.slice(0, length);
    const before = this.text.slice(-length - CONTEXT, -length);
    const after = said.slice(length, length + 2);
    if (before.length < CONTEXT || after.length < 2) return false;
    this.#masked ??= maskDigits(this.text);
    const isSeen = (middle: string): boolean => this.#masked?.includes(maskDigits(before + middle + after)) ?? false;
    return isSeen(words) && !isSeen(words + words) && !isSeen(`${words} ${words}`);
  }

  /** Length of the last, half word, where `said` begins with the whole of it. */
  #resumedWord(said: string): number {
    const half = /[\p{L}\p{M}]+$/u.exec(this.text.slice(-LONGEST_WORD))?.[0];
    if (half === undefined || UNSPACED.test(half) || !said.startsWith(half)) return 0;
    const whole = /^[\p{L}\p{M}]+/u.exec(said)?.[0] ?? "";
    if (whole.length === half.length) return 0;
    if (half.length < MIN_RESUMED) return !isEnglish(half) && isEnglish(whole) ? half.length : 0;
    const elsewhere = new RegExp(`(?<!\\p{L})${half}(?!\\p{L})(?!$)`, "u");
    return elsewhere.test(this.text) ? 0 : half.length;
  }
}

function maskDigits(text: string): string {
  return text.replaceAll(/\p{N}/gu, "0");
}

function isBoundary(text: string, at: number): boolean {
  const [before, after] = [text[at - 1] ?? " ", text[at] ?? " "];
  return !(WORD_UNIT.test(before) && WORD_UNIT.test(after)) || UNSPACED.test(before) || UNSPACED.test(after);
}

/** The longest end of `text` that says the same over and over, at least twice; its period is the shortest. */
export function periodicEnd(text: string): { readonly length: number; readonly period: number } {
  let longest = { length: 0, period: 0 };
  for (let period = 1; period <= Math.min(MAX_PERIOD, (text.length + 1) / 2); period++) {
    let length = period;
    while (length < text.length && text[text.length - 1 - length] === text[text.length - 1 - length + period]) length++;
    // The space at its end may be missing.
    if (length + (period > 1 ? 1 : 0) >= 2 * period && length > longest.length) longest = { length, period };
  }
  return longest;
}
