/** The bytes of HTTP/2 frames (RFC 9113, 4.1), right or wrong. */

/** The first bytes of a client. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** `ack` and `endStream` are the same bit: which one depends on the frame's type. */
export const FLAG = { ack: 0x01, endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

/** Identifiers of settings. */
export const SETTING = { headerTableSize: 1, enablePush: 2, initialWindowSize: 4, maxFrameSize: 5 } as const;

const HEAD_BYTES = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** One frame. Nothing is checked. */
export function makeFrame(type: number, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** A payload of 32-bit numbers, as of WINDOW_UPDATE, RST_STREAM and GOAWAY. */
export function makeWords(...words: readonly number[]): Buffer {
  const payload = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) payload.writeUInt32BE(word, index * 4);
  return payload;
}

/** A SETTINGS frame with values by their identifiers. */
export function makeSettings(...settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return makeFrame(FRAME.settings, 0, 0, payload);
}

/** A header block in which each field stands in full, without Huffman coding (RFC 7541, 6.2.2). */
export function makeHeaderBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => makeLiteral(0x00, name, value)));
}

/** The same field, which the receiver also puts into its table (RFC 7541, 6.2.1). */
export function makeIndexedLiteral(name: string, value: string): Buffer {
  return makeLiteral(0x40, name, value);
}

function makeLiteral(form: number, name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([form]), makeText(name), makeText(value)]);
}

/** A text with its length before it: an integer of HPACK with a prefix of 7 bits. */
function makeText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length = [Math.min(bytes.length, 0x7f)];
  let rest = bytes.length - 0x7f;
  while (rest >= 0x80) {
    length.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  if (rest >= 0) length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** Cuts what comes into frames. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  *read(bytes: Buffer): Iterable<Frame> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return;
      const head = this.#rest;
      this.#rest = head.subarray(end);
      const streamId = head.readUInt32BE(5) & 0x7fffffff;
      yield { type: head.readUInt8(3), flags: head.readUInt8(4), streamId, payload: head.subarray(HEAD_BYTES, end) };
    }
  }
}
