/** Decompresses requests within the memory of all requests. */

import type { AsyncLocalStorage } from "node:async_hooks";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressionGzip } from "@connectrpc/connect-node";
import type { FollowedCall } from "../admission/call-trail.ts";
import { outOfMemoryRefusal } from "../admission/request-body.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { Exchange } from "../port/exchange.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** The call that is being read: its name, and the bytes that it holds. */
export interface ReadingCall {
  readonly requestId: string;
  readonly held: RequestBytes;
  readonly exchange: Exchange;
  readonly trail: Pick<FollowedCall, "refused"> | undefined;
}

/**
 * Creates a gzip that accounts what it unpacks. The library decompresses without telling for which call, so the call
 * comes through `reading`.
 */
export function createBoundedGzip(reading: AsyncLocalStorage<ReadingCall>): Compression {
  return {
    name: compressionGzip.name,
    compress: (bytes) => compressionGzip.compress(bytes),
    async decompress(bytes, maxBytes) {
      const call = reading.getStore();
      const { maxRequestBytes } = call?.exchange.generation.limits ?? { maxRequestBytes: maxBytes };
      const unpacked = await compressionGzip.decompress(bytes, Math.min(maxBytes, maxRequestBytes));
      if (call && !call.held.take(unpacked.byteLength)) {
        call.trail?.refused(outOfMemoryRefusal);
        throw makeRpcStatus(outOfMemoryRefusal, call.requestId);
      }
      return unpacked;
    },
  };
}
