/** Follows a text that is said again, also where a word of it differs. */

const TOKEN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|\p{L}[\p{L}\p{M}]*|\p{N}+|[^\s\p{L}\p{N}]/gu;
const NUMBER = /^\p{N}/u;
const MARK = /^[^\p{L}\p{N}]/u;

/** A number is the content of a record, not its wording: another number is another record. */
const NUMBER_COST = 4;
const MARK_COST = 0.3;

/** How far the two texts may drift apart, in tokens. */
const BAND = 12;

/** Share of the words that may differ in a text that is told again, and where it is only suspected. */
const MAX_DIFFERENCE = 0.2;

/** Words that may differ before so much was told that a share says something. */
const FREE_COST = 3;

/** Tokens that must be the same at first. */
const SAME_AT_FIRST = 2;

interface Token {
  readonly text: string;
  readonly end: number;
}

function tokenize(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, index }) => ({
    text: token.toLowerCase(),
    end: index + token.length,
  }));
}

/**
 * The edit distance between a model text and what is said, token by token, within a band about the diagonal (Ukkonen,
 * "Algorithms for approximate string matching", 1985). Each token costs the same, however long the texts are.
 */
export class Alignment {
  readonly #model: readonly Token[];
  readonly #freeCost: number;
  readonly #maxDifference: number;
  /** Costs of having come to the places `#first`, `#first + 1`, … of the model. */
  #costs: number[];
  #first = 0;
  #said = 0;
  #read = 0;
  #reachedAt: number | undefined;
  #follows = true;

  /** `loose`: words of it may differ, and not only marks. */
  constructor(model: string, loose: boolean) {
    this.#model = tokenize(model);
    this.#freeCost = loose ? FREE_COST : MARK_COST * 2;
    this.#maxDifference = loose ? MAX_DIFFERENCE : 0;
    this.#costs = Array.from({ length: Math.min(BAND, this.#model.length) + 1 }, (_, index) => index);
  }

  /** Where in what was said the end of the model was reached; undefined if it was not yet. */
  get reachedAt(): number | undefined {
    return this.#reachedAt;
  }

  /** Tokens that were followed. */
  get length(): number {
    return this.#said;
  }

  /** Whether everything that was said follows the model. */
  get follows(): boolean {
    return this.#follows;
  }

  /** Takes all that was said so far. A token that may still grow is only begun, unless all is said (`whole`). */
  follow(said: string, whole: boolean): void {
    const from = this.#read;
    const tokens = tokenize(said.slice(from));
    const growing = whole || /\s$/u.test(said) ? undefined : tokens.pop();
    for (const { text, end } of tokens) {
      if (this.#reachedAt !== undefined || !this.#follows) return;
      this.#read = from + end;
      this.#step(text);
      if (this.#follows && this.#isAtEnd()) this.#reachedAt = this.#endOf(text, from + end);
    }
    if (growing !== undefined && this.#said < SAME_AT_FIRST && !this.#mayBecome(growing.text)) this.#follows = false;
  }

  /** Whether a token that may still grow can be the next of the model. */
  #mayBecome(token: string): boolean {
    const next = this.#model[this.#said]?.text ?? "";
    return next.startsWith(token) || (this.#said === this.#model.length - 1 && token.startsWith(next));
  }

  /** The last word of the model may be the beginning of a word. */
  #endOf(token: string, end: number): number {
    const last = this.#model.at(-1)?.text ?? "";
    return token.startsWith(last) ? end - (token.length - last.length) : end;
  }

  #step(token: string): void {
    this.#said++;
    const first = Math.max(0, this.#said - BAND);
    const last = Math.min(this.#model.length, this.#said + BAND);
    const costs: number[] = [];
    for (let place = first; place <= last; place++) {
      const inserted = this.#costAt(place) + costOf(token);
      const model = this.#model[place - 1]?.text;
      if (model === undefined) {
        costs.push(inserted);
        continue;
      }
      const isEnd = place === this.#model.length;
      const same = model === token || (isEnd && token.startsWith(model));
      const replaced = this.#costAt(place - 1) + (same ? 0 : replacementCost(model, token));
      const left = (costs.at(-1) ?? Number.POSITIVE_INFINITY) + costOf(model);
      costs.push(Math.min(inserted, replaced, left));
    }
    this.#costs = costs;
    this.#first = first;
    const cost = Math.min(...costs);
    this.#follows =
      this.#said <= SAME_AT_FIRST ? cost === 0 : cost <= Math.max(this.#freeCost, this.#maxDifference * this.#said);
  }

  #costAt(place: number): number {
    return this.#costs[place - this.#first] ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the end of the model is where what was said has come most cheaply, and cheaply enough. */
  #isAtEnd(): boolean {
    const least = Math.min(...this.#costs);
    const isEnd = this.#first + this.#costs.indexOf(least) === this.#model.length;
    return isEnd && least <= this.#maxDifference * this.#said + (this.#maxDifference === 0 ? this.#freeCost : 0);
  }
}

function replacementCost(model: string, token: string): number {
  if (NUMBER.test(token)) return NUMBER_COST;
  if (MARK.test(model) && MARK.test(token)) return MARK_COST;
  return NUMBER.test(model) && MARK.test(token) ? NUMBER_COST : 1;
}

function costOf(token: string): number {
  if (NUMBER.test(token)) return NUMBER_COST;
  return MARK.test(token) ? MARK_COST : 1;
}
