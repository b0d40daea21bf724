/** Reads the beginning of a small body, such as that of an error. */

import type { ResponseBody } from "./response-body.ts";
import { ERROR_BODY_BYTES, ERROR_BODY_MS } from "./wire-limits.ts";

/**
 * The text of the body, cut at `ERROR_BODY_BYTES`, or what came within `ERROR_BODY_MS` if it does not end. The rest is
 * passed over.
 */
export async function readBodyText(body: ResponseBody): Promise<string> {
  const timer = setTimeout(() => body.close(), ERROR_BODY_MS);
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < ERROR_BODY_BYTES) {
    const piece = await body.read();
    if (typeof piece === "string") break;
    chunks.push(piece);
    bytes += piece.length;
  }
  clearTimeout(timer);
  body.discard();
  return Buffer.concat(chunks).toString("utf8", 0, ERROR_BODY_BYTES);
}
