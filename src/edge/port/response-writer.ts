/** Writes bytes to a client at the client's own pace. */

import { abandon, discardRequest, type EdgeResponse, type Exchange, isClosed } from "./exchange.ts";

/**
 * Largest piece that is written at once, in bytes. A client that takes one piece within the stall timeout is alive, so
 * a small piece is a fair test of a slow line: about 1 KiB/s.
 */
const PIECE_BYTES = 64 * 1024;

export interface ResponseWriter {
  /**
   * Writes bytes. True when more may be written, at once or later; false if the client is gone. A client that reads
   * nothing for the stall timeout is gone: its exchange is abandoned.
   */
  write(bytes: Uint8Array): boolean | Promise<boolean>;
  /** Ends the response, within the stall timeout as well. */
  end(): void;
}

/** Creates the writer of an exchange. `clientStallTimeoutMs` is the longest time that the client may read nothing. */
export function createResponseWriter(exchange: Exchange, clientStallTimeoutMs: number): ResponseWriter {
  const { response } = exchange;
  return {
    // Not an async function: a delta that goes out at once costs no promise.
    write(bytes) {
      if (isClosed(response)) return false;
      if (bytes.byteLength > PIECE_BYTES) return writePieces(bytes, exchange, clientStallTimeoutMs);
      return writePiece(response, bytes) || drained(exchange, clientStallTimeoutMs);
    },
    end() {
      response.end();
      discardRequest(exchange);
      if (isClosed(response)) return;
      const timer = setTimeout(() => abandon(exchange), clientStallTimeoutMs);
      response.once("close", () => clearTimeout(timer));
    },
  };
}

async function writePieces(bytes: Uint8Array, exchange: Exchange, stallTimeoutMs: number): Promise<boolean> {
  for (let offset = 0; offset < bytes.byteLength; offset += PIECE_BYTES) {
    const piece = bytes.subarray(offset, offset + PIECE_BYTES);
    if (writePiece(exchange.response, piece)) continue;
    if (!(await drained(exchange, stallTimeoutMs))) return false;
  }
  return true;
}

// The two kinds of responses overload `write` differently.
function writePiece(response: EdgeResponse, piece: Uint8Array): boolean {
  return "stream" in response ? response.write(piece) : response.write(piece);
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
