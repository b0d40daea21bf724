/** Unpacks requests within the memory of all requests. */

import type { AsyncLocalStorage } from "node:async_hooks";
import { promisify } from "node:util";
import { gunzip as gunzipWithCallback } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressionGzip } from "@connectrpc/connect-node";

import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { requestLimits } from "../admission/request-limits.ts";
import { reserveDecoded } from "./reserve-decoded.ts";
import type { RpcCall } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

const gunzip = promisify(gunzipWithCallback);

/** The last field of gzip: the size of what is packed, modulo 2^32 (RFC 1952, 2.3.1). */
const SIZE_FIELD_BYTES = 4;
/** The shortest gzip there is. */
const MIN_GZIP_BYTES = 18;

/**
 * Creates a gzip that reserves memory before it unpacks, and unpacks no more than that. The library decompresses
 * without telling for which call, so the call comes through `reading`; it does so one message after the other.
 */
export function createBoundedGzip(reading: AsyncLocalStorage<RpcCall>): Compression {
  return {
    name: compressionGzip.name,
    compress: (bytes) => compressionGzip.compress(bytes),
    async decompress(bytes) {
      const call = reading.getStore();
      if (call === undefined) throw new Error("a message came without its call");
      try {
        return await unpack(call, bytes);
      } catch (error) {
        if (!(error instanceof CallRefused)) throw error;
        call.trail?.refused(error.refusal);
        throw makeRpcStatus(error.refusal, call.requestId);
      }
    },
  };
}

async function unpack(call: RpcCall, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const size = readSize(bytes);
  const { maxMessageBytes, tooLarge } = requestLimits(call.exchange.generation.limits);
  const refusal: Refusal | undefined = size > maxMessageBytes ? tooLarge : call.held.take(size);
  if (refusal !== undefined) throw new CallRefused(refusal);
  // At least one: the library takes 0 for no limit.
  const unpacked = await gunzip(bytes, { maxOutputLength: Math.max(1, size) }).catch((error: unknown) => {
    throw new ConnectError(
      "the message is not the gzip that it says it is",
      Code.InvalidArgument,
      undefined,
      undefined,
      error,
    );
  });
  reserveDecoded(call, unpacked);
  return unpacked;
}

function readSize(bytes: Uint8Array): number {
  if (bytes.byteLength < MIN_GZIP_BYTES) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - SIZE_FIELD_BYTES, true);
}
