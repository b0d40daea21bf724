/** Tells how much memory a JSON document will take, before it is parsed. */

import { DecodedEstimate, MAX_PARTS } from "./decoded-estimate.ts";
import { textBytes } from "./text-bytes.ts";

/**
 * Memory of a value for each mark before or behind it: 64 bytes were measured where it is parsed, and 57 in the
 * message that is made of it.
 */
const VALUE_BYTES = 125;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{`, `[`, `,` and `:`: before each of them or behind it stands a value. */
const MARKS: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x2c, 0x3a]);

/** Counts the marks outside of strings, and weighs the text. What is no JSON is for the parser to refuse. */
export function estimateJson(bytes: Uint8Array): DecodedEstimate {
  const estimate = new DecodedEstimate();
  let markCount = 1;
  for (let at = 0; at < bytes.byteLength && markCount <= MAX_PARTS; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = stringEnd(bytes, at);
    else if (byte !== undefined && MARKS.has(byte)) markCount += 1;
  }
  estimate.addParts(markCount, VALUE_BYTES);
  estimate.addText(widens(bytes) ? 2 * bytes.byteLength : textBytes(bytes));
  return estimate;
}

/** The place of the quote that ends the string at `begin`; the end of the bytes if there is none. */
function stringEnd(bytes: Uint8Array, begin: number): number {
  for (let at = bytes.indexOf(QUOTE, begin + 1); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    let backslashCount = 0;
    while (bytes[at - 1 - backslashCount] === BACKSLASH) backslashCount += 1;
    if (backslashCount % 2 === 0) return at;
  }
  return bytes.byteLength;
}

/** Whether an escape may stand for a character that makes its string two bytes wide. */
function widens(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes("\\u");
}
