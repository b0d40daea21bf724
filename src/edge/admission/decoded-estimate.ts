/** What a request will be in memory, known before it is decoded. */

/** Times that a text is there while an attempt runs: in the request, in the vendor's JSON, and in the bytes of that. */
const TEXT_COPIES = 3;

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
