/** Answers with one JSON document. */

import { type Exchange, isClosed } from "../port/exchange.ts";
import { createResponseWriter } from "../port/response-writer.ts";

/** How a document is written. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: object;
  /** Names and values. A value that no header can hold is left out. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Longest value of a header in characters: names of routes and models stay below it. */
const MAX_VALUE_CHARACTERS = 512;

/** Writes an answer. `clientStallTimeoutMs` is the longest time that the client may read nothing. */
export async function writeJson(exchange: Exchange, answer: JsonAnswer, clientStallTimeoutMs: number): Promise<void> {
  const { response } = exchange;
  if (isClosed(response)) return;
  const bytes = Buffer.from(JSON.stringify(answer.body));
  response.statusCode = answer.status;
  response.setHeader("content-type", "application/json");
  response.setHeader("content-length", bytes.byteLength);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (isHeaderValue(value)) response.setHeader(name, value);
  }
  const writer = createResponseWriter(exchange, clientStallTimeoutMs);
  if (exchange.request.method === "HEAD" || (await writer.write(bytes))) writer.end();
}

function isHeaderValue(value: string): boolean {
  return value.length <= MAX_VALUE_CHARACTERS && /^[ -~]+$/.test(value);
}
