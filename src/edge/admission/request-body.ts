/** Reads a request, within its time, its size and the memory of all requests. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import { abandon, type Exchange } from "../port/exchange.ts";
import type { RequestBytes } from "./request-memory.ts";

/** What an envelope adds to a message; a request is one message in one envelope. */
const ENVELOPE_BYTES = 5;

/**
 * Passes on the pieces of a request. Throws what `refuse` makes of `TOO_LARGE` or `OVERLOADED`. A request that does
 * not arrive within `requestTimeoutMs` ends the exchange.
 */
export async function* readRequest(
  exchange: Exchange,
  limits: EdgeLimits,
  held: RequestBytes,
  refuse: (refusal: Refusal) => Error,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { request } = exchange;
  const timer = setTimeout(() => abandon(exchange), limits.requestTimeoutMs);
  let bytes = 0;
  try {
    // The iterator leaves the request alone when it ends early: destroying it would take the response with it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer<ArrayBuffer>>) {
      bytes += chunk.byteLength;
      if (bytes > limits.maxRequestBytes + ENVELOPE_BYTES) throw refuse(tooLarge(limits));
      if (!held.take(chunk.byteLength)) throw refuse(outOfMemoryRefusal);
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Why a request is not taken when the requests in flight fill the server's memory for them. */
export const outOfMemoryRefusal = {
  reason: ErrorReason.OVERLOADED,
  message: "the requests in flight fill the server's max_buffered_bytes",
};

function tooLarge({ maxRequestBytes }: EdgeLimits) {
  const message = `the request has more than ${maxRequestBytes} bytes, max_request_bytes`;
  return { reason: ErrorReason.TOO_LARGE, message };
}
