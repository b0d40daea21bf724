/** Outbound HTTP of one route, over connections that no other route shares. */

import { Agent } from "undici";
import { HttpExchange, type HttpOutcome } from "./http-exchange.ts";
import { ABANDONED_CONNECT_MS, IDLE_CONNECTION_MS } from "./wire-limits.ts";

/** A POST with a JSON body. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Longest time until a connection is there, in milliseconds. */
  readonly connectTimeoutMs: number;
}

export interface HttpClient {
  /** Sends a request. Never rejects. Redirects are answers like others; aborting `signal` closes the connection. */
  post(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>;
  /** Closes every connection at once, and with them the requests that still run. */
  close(): Promise<void>;
}

/**
 * Creates a client with a pool of its own: one route's hanging connections cannot starve another. HTTP/1.1 only, as on
 * HTTP/2 all streams of a connection break together. No timeouts but for connecting: the caller watches progress.
 */
export function createHttpClient(): HttpClient {
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    connect: { timeout: ABANDONED_CONNECT_MS },
  });
  return {
    post(request, signal) {
      const exchange = new HttpExchange(request.connectTimeoutMs, signal);
      if (signal.aborted) return exchange.outcome;
      try {
        agent.dispatch(toDispatchOptions(request), exchange);
      } catch (error) {
        exchange.fail(error instanceof Error ? error : new Error("the request cannot be sent"));
      }
      return exchange.outcome;
    },
    close: () => agent.destroy(),
  };
}

function toDispatchOptions({ url, headers, body }: HttpRequest): Agent.DispatchOptions {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "accept-encoding": "identity" },
    body,
  };
}
