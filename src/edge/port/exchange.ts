/** One HTTP request and its response, of either HTTP version. */

import type { IncomingMessage, ServerResponse } from "node:http";
import {
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type Http2Stream,
} from "node:http2";
import type { Socket } from "node:net";

import type { EdgeGeneration } from "../edge-generation.ts";
import { PieceCount } from "./piece-count.ts";

export type EdgeRequest = IncomingMessage | Http2ServerRequest;
export type EdgeResponse = ServerResponse | Http2ServerResponse;

/** What stays the same for all exchanges of one client at a time; the stream where the connection is gone already. */
export type Connection = Socket | Http2Session | Http2Stream;

/** One HTTP request and its response. */
export interface Exchange {
  /** The gateway's name for the call. */
  readonly requestId: string;
  readonly request: EdgeRequest;
  readonly response: EdgeResponse;
  readonly connection: Connection;
  /** The path without its query. */
  readonly path: string;
  /** The configuration that was in force when the request came. */
  readonly generation: EdgeGeneration;
}

/** The connection of an exchange. */
export function connectionOf(request: EdgeRequest): Connection {
  return "stream" in request ? (request.stream.session ?? request.stream) : request.socket;
}

/** Closes the connection of a client that asks for too much, with everything on it. */
export function closeConnection({ connection }: Exchange): void {
  if ("goaway" in connection) connection.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  else connection.destroy();
}

/** Ends an exchange without an answer: resets the HTTP/2 stream, or closes the HTTP/1.1 connection. */
export function abandon({ response }: Exchange): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_CANCEL);
  else response.destroy();
}

/** Longest time that the rest of a request is thrown away after its answer, in milliseconds; then it is reset. */
const LEFTOVER_TIMEOUT_MS = 10_000;

/**
 * Throws away what was not read of an answered request. Without that the stream would never close; a reset instead
 * would overtake the answer.
 */
export function discardRequest(exchange: Exchange): void {
  const { request, response } = exchange;
  if (request.readableEnded || isClosed(response)) return;
  const timer = setTimeout(() => abandon(exchange), LEFTOVER_TIMEOUT_MS);
  response.once("close", () => clearTimeout(timer));
  // A client that goes on byte by byte would keep the server busy with throwing them away.
  const pieces = new PieceCount();
  request.on("data", (piece: Uint8Array) => {
    pieces.add(piece);
    if (pieces.isTooMany) abandon(exchange);
  });
  request.resume();
}

/** Longest time that an answer which closes its connection waits for the rest of the request, in milliseconds. */
const REST_TIMEOUT_MS = 1_000;

/**
 * Calls `answer` when the client can hear it, once. An HTTP/1.1 connection that is closed with its answer while the
 * client still sends is reset, and the client may lose the answer.
 */
export function answerWhenHeard({ request, response }: Exchange, answer: () => void): void {
  const closes = !("stream" in response) && response.getHeader("connection") === "close";
  if (!closes || request.complete) return answer();
  const settle = (): void => {
    clearTimeout(timer);
    request.off("end", settle);
    answer();
  };
  const timer = setTimeout(settle, REST_TIMEOUT_MS);
  request.once("end", settle);
  request.resume();
}

/** Whether nobody can be answered any more. */
export function isClosed(response: EdgeResponse): boolean {
  return "stream" in response ? response.stream.destroyed || response.stream.closed : response.closed;
}

/** Whether the client left before its answer ended. For use when the response is closed. */
export function wasCutShort(response: EdgeResponse): boolean {
  if (!("stream" in response)) return !response.writableFinished;
  return !response.writableEnded || response.stream.rstCode !== constants.NGHTTP2_NO_ERROR;
}
