/** Reserves what a message will take when it is decoded, before it is. */

import { CallRefused } from "../../call/refusal.ts";
import { estimateJson } from "../admission/estimate-json.ts";
import { estimateMessage } from "../admission/estimate-message.ts";
import { takeDecoded } from "../admission/take-decoded.ts";
import type { RpcCall } from "./rpc-call.ts";

/** Reserves the memory. Throws `CallRefused` if there is none, or if the message has too many parts. */
export function reserveDecoded(call: RpcCall, bytes: Uint8Array): void {
  const isJson = (call.exchange.request.headers["content-type"] ?? "").includes("json");
  const estimate = isJson ? estimateJson(bytes) : estimateMessage(call.input, bytes);
  const refusal = takeDecoded(call.held, estimate);
  if (refusal !== undefined) throw new CallRefused(refusal);
  call.decodedBytes += estimate.bytes;
}
