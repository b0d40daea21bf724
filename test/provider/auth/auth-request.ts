/** Requests to authorize for tests. */

import type { AuthRequest } from "../../../src/provider/auth/credential.ts";

/** A request that nobody aborts unless `signal` is. */
export function prepares(signal = new AbortController().signal): AuthRequest {
  return { url: new URL("https://host.example/v1/messages"), headers: {}, body: "{}", signal };
}
