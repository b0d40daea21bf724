/** Collects pieces of bytes into one, however small and many they are. */

/** Smallest memory of a buffer that holds anything, in bytes: a small request needs no second one. */
const MIN_CAPACITY_BYTES = 1_024;

/** Bytes that grow by doubling: each is copied at most three times, and nothing is kept of a piece. */
export class GrowingBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** By how many bytes the memory grows when `count` are added, where no more than `mostBytes` will come in all. */
  growthFor(count: number, mostBytes: number): number {
    return this.#capacityFor(count, mostBytes) - this.#bytes.byteLength;
  }

  append(piece: Uint8Array, mostBytes: number): void {
    const capacity = this.#capacityFor(piece.byteLength, mostBytes);
    if (capacity > this.#bytes.byteLength) {
      const larger = new Uint8Array(capacity);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length += piece.byteLength;
  }

  /** The number at a place, big end first. */
  readUint32(at: number): number {
    return new DataView(this.#bytes.buffer).getUint32(at);
  }

  /** Takes the bytes out. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }

  #capacityFor(count: number, mostBytes: number): number {
    const capacity = this.#bytes.byteLength;
    const needed = this.#length + count;
    if (needed <= capacity) return capacity;
    return Math.max(needed, Math.min(Math.max(2 * capacity, MIN_CAPACITY_BYTES), mostBytes));
  }
}
