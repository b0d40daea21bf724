/** Reads the body of a request. */

import type { IncomingMessage } from "node:http";

/** Largest body taken, in bytes: the vendors' own limit. */
export const MAX_REQUEST_BYTES = 32 * 1024 * 1024;

/** Reads the body. Undefined if it is longer than `MAX_REQUEST_BYTES`; rejects if the client closes. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_REQUEST_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length > MAX_REQUEST_BYTES ? undefined : Buffer.concat(chunks);
}
