/** Turns the bytes of JSON requests into text, and keeps the text until the request is decoded. */

import type { AsyncLocalStorage } from "node:async_hooks";

import type { RpcCall } from "./rpc-call.ts";

/** What the protocol library takes in place of its own decoder. */
export interface JsonDecoder {
  decode(bytes: Uint8Array): string;
}

/**
 * Creates the decoder. The library says that a text is no request, but not where; with the text it can be told. The
 * library decodes without telling for which call, so the call comes through `reading`.
 */
export function createJsonDecoder(reading: AsyncLocalStorage<RpcCall>): JsonDecoder {
  const decoder = new TextDecoder();
  return {
    decode(bytes) {
      const text = decoder.decode(bytes);
      const call = reading.getStore();
      if (call !== undefined) call.body = { kind: "json", text };
      return text;
    },
  };
}
