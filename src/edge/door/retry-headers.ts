/** Tells a client of plain HTTP whether and when to ask again. */

import type { Status } from "../status.ts";

/** The headers, in seconds, in milliseconds, and as an advice. */
export const RETRY_HEADERS = ["retry-after", "retry-after-ms", "x-should-retry"] as const;

type RetryHeaders = Partial<Record<(typeof RETRY_HEADERS)[number], string>>;

/**
 * Makes the headers. `x-should-retry` is what the vendors' SDKs look at before their own rules: they ask again after
 * every 5xx, which is of no use when every route was tried.
 */
export function makeRetryHeaders({ retry, retryAfterMs }: Status): RetryHeaders {
  return {
    ...(retryAfterMs !== undefined && {
      "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))),
      "retry-after-ms": String(Math.max(0, Math.ceil(retryAfterMs))),
    }),
    ...(retry !== "by-code" && { "x-should-retry": String(retry === "elsewhere") }),
  };
}
