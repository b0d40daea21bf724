/** Decompresses requests within the memory of all requests. */

import type { AsyncLocalStorage } from "node:async_hooks";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressionGzip } from "@connectrpc/connect-node";
import { outOfMemoryRefusal } from "../admission/request-body.ts";
import type { RpcCall } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/**
 * Creates a gzip that accounts what it unpacks. The library decompresses without telling for which call, so the call
 * comes through `reading`.
 */
export function createBoundedGzip(reading: AsyncLocalStorage<RpcCall>): Compression {
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
