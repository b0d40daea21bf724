/** Writes an answer of the protocol library to an HTTP response. */

import type { UniversalServerResponse } from "@connectrpc/connect/protocol";

import type { AnswerHead } from "./clarify-answer.ts";
import { abandon, discardRequest, type EdgeResponse, type Exchange, isClosed } from "./exchange.ts";

/**
 * Largest piece that is written at once, in bytes. A client that takes one piece within the stall timeout is alive, so
 * a small piece is a fair test of a slow line: about 1 KiB/s.
 */
const PIECE_BYTES = 64 * 1024;

/** How an answer is written. */
export interface WriteOptions {
  /** Longest time that a client may read nothing, in milliseconds; then the exchange is abandoned. */
  readonly clientStallTimeoutMs: number;
  /** Looks at the head before it is written, and may replace it. */
  readonly clarify: (head: AnswerHead) => AnswerHead;
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
    if (first === undefined) {
      setHeaders(response, answer.trailer);
    } else {
      if (!(await writeBody(first, body, exchange, options))) return;
      if (answer.trailer) response.addTrailers(Object.fromEntries(fieldsOf(answer.trailer)));
    }
    endResponse(exchange, options);
  } finally {
    // Not awaited: a body that is blocked in next() returns only when that settles. Its signal ends it.
    body?.return?.().catch(() => {});
  }
}

/** Returns false if the client went away. */
async function writeBody(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
  exchange: Exchange,
  options: WriteOptions,
): Promise<boolean> {
  const { response } = exchange;
  let chunk: Uint8Array | undefined = first;
  while (chunk !== undefined) {
    if (chunk.byteLength > PIECE_BYTES) {
      if (!(await writePieces(chunk, exchange, options))) return false;
    } else if (!writeChunk(response, chunk) && !(await drained(exchange, options.clientStallTimeoutMs))) {
      return false;
    }
    const next: IteratorResult<Uint8Array> | undefined = await rest?.next();
    if (isClosed(response)) return false;
    chunk = next?.done === true ? undefined : next?.value;
  }
  return true;
}

async function writePieces(chunk: Uint8Array, exchange: Exchange, options: WriteOptions): Promise<boolean> {
  for (let offset = 0; offset < chunk.byteLength; offset += PIECE_BYTES) {
    const piece = chunk.subarray(offset, offset + PIECE_BYTES);
    if (writeChunk(exchange.response, piece)) continue;
    if (!(await drained(exchange, options.clientStallTimeoutMs))) return false;
  }
  return true;
}

// The two kinds of responses overload `write` differently.
function writeChunk(response: EdgeResponse, chunk: Uint8Array): boolean {
  return "stream" in response ? response.write(chunk) : response.write(chunk);
}

/** Resolves with true when the client has taken what was written, with false when it is gone or reads nothing. */
function drained(exchange: Exchange, stallTimeoutMs: number): Promise<boolean> {
  const { response } = exchange;
  if (isClosed(response)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isDrained: boolean): void => {
      clearTimeout(timer);
      response.off("drain", onDrain);
      response.off("close", onClose);
      resolve(isDrained);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = setTimeout(() => abandon(exchange), stallTimeoutMs);
    response.on("drain", onDrain);
    response.on("close", onClose);
  });
}

function endResponse(exchange: Exchange, options: WriteOptions): void {
  const { response } = exchange;
  response.end();
  discardRequest(exchange);
  if (isClosed(response)) return;
  const timer = setTimeout(() => abandon(exchange), options.clientStallTimeoutMs);
  response.once("close", () => clearTimeout(timer));
}

function setHeaders(response: EdgeResponse, fields: Headers | undefined): void {
  if (fields === undefined) return;
  for (const [name, value] of fieldsOf(fields)) response.setHeader(name, value);
}

function* fieldsOf(fields: Headers): Generator<[string, string]> {
  for (const [name, value] of fields) yield [name, name === "grpc-message" ? encodeMessage(value) : value];
}

/**
 * Encodes a `grpc-message` as gRPC says: only what is not printable ASCII, and `%`. The library encodes more, and some
 * clients do not decode that.
 */
function encodeMessage(encoded: string): string {
  return decodeURIComponent(encoded).replaceAll(/[^ -$&-~]+/g, encodeURIComponent);
}
