/** Puts the pieces of a body together to whole messages, before the protocol library sees them. */

import type { Refusal } from "../../call/refusal.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

/** The flags and the length before a message in gRPC, gRPC-Web and streams of Connect. */
const ENVELOPE_BYTES = 5;
/** Where the length begins in an envelope. */
const LENGTH_AT = 1;

export interface AssemblerOptions {
  /** Whether each message has an envelope before it; else the whole body is one. */
  readonly enveloped: boolean;
  /** Most bytes of a message. */
  readonly maxMessageBytes: number;
  /** Why a larger one is not taken. */
  readonly tooLarge: Refusal;
  /** Reserves memory. Returns why there is none. */
  readonly reserve: (bytes: number) => Refusal | undefined;
}

/**
 * Collects a body. The library adds up all that it has at each piece that comes: a message in a million pieces would
 * keep the server busy for minutes.
 */
export class MessageAssembler {
  readonly #options: AssemblerOptions;
  readonly #buffer = new GrowingBuffer();
  /** Bytes of the envelope or the message that is being collected. */
  #wantedBytes: number;

  constructor(options: AssemblerOptions) {
    this.#options = options;
    this.#wantedBytes = options.enveloped ? ENVELOPE_BYTES : options.maxMessageBytes;
  }

  /** Adds a piece, and puts messages that are whole now behind `ready`. Returns why the request is not taken. */
  add(piece: Uint8Array, ready: Uint8Array[]): Refusal | undefined {
    for (let rest = piece; rest.byteLength > 0; ) {
      const part = rest.subarray(0, this.#wantedBytes - this.#buffer.length);
      if (part.byteLength === 0) return this.#options.tooLarge;
      const refusal = this.#append(part);
      if (refusal !== undefined) return refusal;
      rest = rest.subarray(part.byteLength);
      if (!this.#options.enveloped || this.#buffer.length < this.#wantedBytes) continue;
      if (this.#buffer.length === ENVELOPE_BYTES) this.#wantedBytes += this.#buffer.readUint32(LENGTH_AT);
      if (this.#wantedBytes > ENVELOPE_BYTES + this.#options.maxMessageBytes) return this.#options.tooLarge;
      if (this.#buffer.length < this.#wantedBytes) continue;
      ready.push(this.#buffer.take());
      this.#wantedBytes = ENVELOPE_BYTES;
    }
    return undefined;
  }

  /** What is there at the end of the body: the message without envelope, or a half one, which the library refuses. */
  rest(): Uint8Array | undefined {
    return this.#buffer.length === 0 ? undefined : this.#buffer.take();
  }

  #append(part: Uint8Array): Refusal | undefined {
    const growthBytes = this.#buffer.growthFor(part.byteLength, this.#wantedBytes);
    const refusal = growthBytes === 0 ? undefined : this.#options.reserve(growthBytes);
    if (refusal === undefined) this.#buffer.append(part, this.#wantedBytes);
    return refusal;
  }
}
