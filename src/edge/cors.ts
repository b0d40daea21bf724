/** Lets pages of configured origins call. */

import { cors } from "@connectrpc/connect";
import { answerText } from "./port/answer-text.ts";
import type { Exchange } from "./port/exchange.ts";

const ALLOWED_METHODS = cors.allowedMethods.join(", ");
const ALLOWED_HEADERS = [...cors.allowedHeaders, "authorization", "x-api-key"].join(", ");
/** How long a browser remembers what it may do: the longest that Chromium takes, in seconds. */
const PREFLIGHT_AGE_S = 7_200;

/**
 * Creates a function that adds the CORS headers for a page of a configured origin to a response, and answers a preflight
 * and returns true. `exposedHeaders` are those of answers that a page may read.
 */
export function createCors(exposedHeaders: readonly string[]): (exchange: Exchange) => boolean {
  const exposed = exposedHeaders.join(", ");
  return (exchange) => {
    const { request, response, generation } = exchange;
    const { origin } = request.headers;
    const allowed = generation.corsOrigins;
    if (allowed.length > 0) response.setHeader("vary", "origin");
    if (origin === undefined) return false;
    const isPreflight = request.method === "OPTIONS" && "access-control-request-method" in request.headers;
    if (!allowed.includes(origin) && !allowed.includes("*")) {
      if (isPreflight) answerText(exchange, 403, "This origin is not one of the server's cors_origins.");
      return isPreflight;
    }
    response.setHeader("access-control-allow-origin", allowed.includes("*") ? "*" : origin);
    response.setHeader("access-control-expose-headers", exposed);
    if (!isPreflight) return false;
    response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
    // Also what the page asks for: clients add headers of their own, which mean nothing here.
    const asked = request.headers["access-control-request-headers"];
    response.setHeader("access-control-allow-headers", asked ? `${ALLOWED_HEADERS}, ${asked}` : ALLOWED_HEADERS);
    response.setHeader("access-control-max-age", String(PREFLIGHT_AGE_S));
    response.statusCode = 204;
    response.end();
    return true;
  };
}
