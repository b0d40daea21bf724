/** Tells a body that comes byte by byte from one that comes in packets. */

/** Most pieces of a body, and one more for each so many bytes: a piece costs as much as a packet of a kilobyte. */
export const MAX_PIECES = 4_096;
export const BYTES_PER_PIECE = 64;

/** Counts the pieces of a body. */
export class PieceCount {
  #count = 0;
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#count += 1;
    this.#bytes += piece.byteLength;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isTooMany(): boolean {
    return this.#count > MAX_PIECES + this.#bytes / BYTES_PER_PIECE;
  }
}
