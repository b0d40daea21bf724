/** Answers GET with one JSON document. */

import type { DoorCall, Endpoint } from "./endpoint.ts";
import { writeJson } from "./write-json.ts";

/**
 * Creates the endpoint. `make` gets what the path has behind a closing slash, decoded, and may throw `CallRefused`.
 */
export function createDocumentEndpoint(
  path: string,
  name: string,
  make: (call: DoorCall, rest: string) => object,
): Endpoint {
  return {
    method: "GET",
    name,
    path,
    async answer(call) {
      const { exchange } = call;
      const body = make(call, decode(exchange.path.slice(path.length)));
      await writeJson(exchange, { status: 200, body }, exchange.generation.limits.clientStallTimeoutMs);
    },
  };
}

/** Names with a slash may come encoded or not. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
