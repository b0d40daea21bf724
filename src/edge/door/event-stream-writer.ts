/** Answers with server-sent events. */

import { type Exchange, isClosed } from "../port/exchange.ts";
import { createResponseWriter } from "../port/response-writer.ts";

/** Tells the proxies between that events must not wait: the second is what nginx looks at. */
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

export interface EventStreamWriter {
  /** Whether the response has begun, and its status can change no more. */
  readonly begun: boolean;
  /** Writes whole events or comments, each with its empty line. The first writes the headers. False: the client is gone. */
  write(events: string): boolean | Promise<boolean>;
  end(): void;
}

/** Creates the stream of an exchange. Nothing is written before the first event. */
export function createEventStreamWriter(exchange: Exchange, clientStallTimeoutMs: number): EventStreamWriter {
  const { response } = exchange;
  const writer = createResponseWriter(exchange, clientStallTimeoutMs);
  let begun = false;
  return {
    get begun() {
      return begun;
    },
    write(events) {
      if (isClosed(response)) return false;
      if (!begun) {
        begun = true;
        response.statusCode = 200;
        for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      }
      return writer.write(Buffer.from(events));
    },
    end: () => writer.end(),
  };
}
