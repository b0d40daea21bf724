/** What a request will be in memory, known before it is decoded. */

/** Times that a text is there while an attempt runs: in the request, in the vendor's JSON, and in the bytes of that. */
const TEXT_COPIES = 3;

/**
 * Most parts of a request: messages, values, elements of lists. A window of a million tokens holds fewer turns of ten
 * tokens each; of a part that takes two bytes, a request could bring eight million.
 */
export const MAX_PARTS = 250_000;

/** Sums up the parts of a request. What a part takes was measured by `node test/bench/measure-requests.ts`. */
export class DecodedEstimate {
  #bytes = 0;
  #partCount = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Messages, values and elements of lists. */
  get partCount(): number {
    return this.#partCount;
  }

  /** Whether the request is refused, however many parts are still to be counted. */
  get hasTooManyParts(): boolean {
    return this.#partCount > MAX_PARTS;
  }

  /** Adds parts of so many bytes each, beside their text. */
  addParts(count: number, bytesEach: number): void {
    this.#partCount += count;
    this.#bytes += count * bytesEach;
  }

  /** Adds a text, or anything that is copied as often. */
  addText(bytes: number): void {
    this.#bytes += bytes * TEXT_COPIES;
  }
}
