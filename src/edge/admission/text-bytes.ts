/** Tells how much memory text will take as a string, by its UTF-8. */

import { isAscii } from "node:buffer";

/** Bytes that begin no character, and those that begin one of four bytes, which takes two units of UTF-16. */
const CONTINUATION_MASK = 0b1100_0000;
const CONTINUATION = 0b1000_0000;
const FOUR_BYTES = 0b1111_0000;

/** One byte a character of ASCII; two a unit of UTF-16 otherwise: one character beyond Latin-1 widens all the others. */
export function textBytes(bytes: Uint8Array): number {
  if (isAscii(bytes)) return bytes.byteLength;
  let unitCount = 0;
  for (const byte of bytes) {
    if ((byte & CONTINUATION_MASK) !== CONTINUATION) unitCount += byte >= FOUR_BYTES ? 2 : 1;
  }
  return 2 * unitCount;
}
