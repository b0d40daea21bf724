/** Writes an answer of the protocol library to an HTTP response. */

import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { type Exchange, isClosed } from "../port/exchange.ts";
import { createResponseWriter, type ResponseWriter } from "../port/response-writer.ts";
import { mayBeEnd, type RpcAnswerHead } from "./clarify-answer.ts";
import { fieldsOf, setHeaders } from "./header-fields.ts";

/** How an answer is written. */
export interface WriteOptions {
  /** Longest time that a client may read nothing, in milliseconds; then the exchange is abandoned. */
  readonly clientStallTimeoutMs: number;
  /** Looks at the head and at the end before they are written, and may replace them. */
  readonly clarify: (head: RpcAnswerHead) => RpcAnswerHead;
}

/**
 * Writes headers, body and trailers. Headers go out with the first piece of the body; an answer without any body has
 * its trailers in the same frame (Trailers-Only), because a client's gRPC retry policy ends with the first headers.
 */
export async function writeAnswer(
  unclarified: UniversalServerResponse,
  exchange: Exchange,
  options: WriteOptions,
): Promise<void> {
  const { response } = exchange;
  const writer = createResponseWriter(exchange, options.clientStallTimeoutMs);
  const body = unclarified.body?.[Symbol.asyncIterator]();
  try {
    const next = await body?.next();
    if (isClosed(response)) return;
    const { answer, first } = options.clarify({
      answer: unclarified,
      first: next?.done === true ? undefined : next?.value,
    });
    response.statusCode = answer.status;
    setHeaders(response, answer.header);
    // Behind nginx all of a stream would arrive at its end.
    if (isStream(answer.header)) response.setHeader("x-accel-buffering", "no");
    if (first === undefined) {
      setHeaders(response, answer.trailer);
    } else {
      const clarifyEnd = (piece: Uint8Array): Uint8Array =>
        mayBeEnd(piece) ? (options.clarify({ answer, first: piece }).first ?? piece) : piece;
      if (!(await writeBody(first, body, writer, clarifyEnd))) return;
      options.clarify({ answer, first: undefined });
      if (answer.trailer) response.addTrailers(Object.fromEntries(fieldsOf(answer.trailer)));
    }
    writer.end();
  } finally {
    // Not awaited: a body that is blocked in next() returns only when that settles. Its signal ends it.
    body?.return?.().catch(() => {});
  }
}

/** Returns false if the client went away. */
async function writeBody(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
  writer: ResponseWriter,
  clarifyEnd: (piece: Uint8Array) => Uint8Array,
): Promise<boolean> {
  let chunk: Uint8Array | undefined = first;
  while (chunk !== undefined) {
    const written = writer.write(chunk);
    if (!(written === true || (await written))) return false;
    const next: IteratorResult<Uint8Array> | undefined = await rest?.next();
    chunk = next === undefined || next.done === true ? undefined : clarifyEnd(next.value);
  }
  return true;
}

/** Whether an answer comes in messages that are to arrive one by one. */
function isStream(header: Headers | undefined): boolean {
  return /^application\/(?:connect\+|grpc)/.test(header?.get("content-type") ?? "");
}
