/** Puts header fields of the protocol library into an HTTP response. */

import type { EdgeResponse } from "../port/exchange.ts";

/** Sets each field. */
export function setHeaders(response: EdgeResponse, fields: Headers | undefined): void {
  if (fields === undefined) return;
  for (const [name, value] of fieldsOf(fields)) response.setHeader(name, value);
}

/** Names and values as they go out. */
export function* fieldsOf(fields: Headers): Generator<[string, string]> {
  for (const [name, value] of fields) yield [name, name === "grpc-message" ? encodeMessage(value) : value];
}

/**
 * Encodes a `grpc-message` as gRPC says: only what is not printable ASCII, and `%`. The library encodes more, and some
 * clients do not decode that.
 */
function encodeMessage(encoded: string): string {
  return decodeURIComponent(encoded).replaceAll(/[^ -$&-~]+/g, encodeURIComponent);
}
