/** Recognises an answer, or its last sentence, that is told again, also in slightly other words. */

import { Alignment } from "./alignment.ts";
import type { Start } from "./openings.ts";

/** A beginning shorter than this comes again by itself: `#` before `# Title`, `no` before `nodded`. */
const MIN_MODEL_LENGTH = 4;

/** A shorter one is told again in the same words. */
const MIN_LOOSE_LENGTH = 12;

/** So much of the answer's beginning told again is no coincidence. */
const MIN_TOKENS = 8;
const MIN_LENGTH = 48;

const SENTENCE_END = /[.!?…]["'”’)]*\s+|\n|[。！？]/gu;

interface Retelling {
  readonly at: number;
  readonly alignment: Alignment;
  /** Whether the whole answer is told again, and not only its last sentence. */
  readonly whole: boolean;
  /** Whether so much was told again that it cannot be anything else. */
  certain: boolean;
}

/** What is known of a retelling: it may be one, it came to our end, or it went another way. */
export type Told =
  /** `certain`: so much was told again that it cannot be anything else. */
  | { readonly kind: "follows"; readonly certain: boolean }
  | { readonly kind: "reached"; readonly at: number }
  | { readonly kind: "left" };

export interface RetellingOptions {
  readonly withSentences: boolean;
  /** Whether what differs in a word is the same told again. */
  readonly loose: boolean;
  /** Length of the end of the answer that says the same over and over: it tells nothing again. */
  readonly periodic: number;
}

/** Follows every text that a head may tell again. */
export class Retellings {
  readonly #models: readonly { readonly text: string; readonly whole: boolean }[];
  readonly #all: Retelling[] = [];
  readonly #loose: boolean;

  /** `delivered` without white space at its end. */
  constructor(delivered: string, { withSentences, loose, periodic }: RetellingOptions) {
    this.#loose = loose;
    const from = withSentences ? lastSentence(delivered) : 0;
    this.#models = [
      { text: delivered, whole: true },
      ...(from > 0 && delivered.length - from >= MIN_LOOSE_LENGTH
        ? [{ text: delivered.slice(from), whole: false }]
        : []),
    ].filter(({ text }) => text.length >= MIN_MODEL_LENGTH && text.length > periodic);
  }

  /** What `head` tells again from `start` on; undefined if it tells something else. */
  told(head: string, start: Start, ended: boolean): Told | undefined {
    let told: Told | undefined;
    for (const each of this.#at(start)) {
      const { alignment, at } = each;
      alignment.follow(head.slice(at), ended);
      if (alignment.reachedAt !== undefined) return { kind: "reached", at: at + alignment.reachedAt };
      if (alignment.follows && !ended) {
        each.certain ||= each.whole && alignment.length >= MIN_TOKENS && head.length - at >= MIN_LENGTH;
        told ??= { kind: "follows", certain: each.certain };
      } else if (each.certain) return { kind: "left" };
    }
    return told;
  }

  #at(start: Start): readonly Retelling[] {
    const known = this.#all.filter(({ at }) => at === start.at);
    if (known.length > 0) return known;
    const made = this.#models.map(({ text, whole }) => ({
      at: start.at,
      whole,
      certain: false,
      alignment: new Alignment(text, this.#loose),
    }));
    this.#all.push(...made);
    return made;
  }
}

function lastSentence(text: string): number {
  const last = [...text.matchAll(SENTENCE_END)].at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}
