/** Reads the messages of a call, and reserves the memory that they take when they are decoded. */

import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { readMessages, type SizeLimits } from "../admission/read-messages.ts";
import { requestLimits } from "../admission/request-limits.ts";
import { STRANGER_SIZES } from "../admission/strangers.ts";
import type { UnfinishedRequests } from "../admission/unfinished-requests.ts";
import { reserveDecoded } from "./reserve-decoded.ts";
import type { RpcCall } from "./rpc-call.ts";
import { rpcFormOf } from "./rpc-form.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** The flags and the length before a message. */
const ENVELOPE_BYTES = 5;
/** The flag of a message that is compressed. */
const COMPRESSED = 1;

/** Passes on the messages, each in one piece. Throws the status of a refusal, which is noted. */
export async function* readRpcRequest(call: RpcCall, unfinished: UnfinishedRequests): AsyncGenerator<Uint8Array> {
  const { exchange, held, trail } = call;
  const { headers } = exchange.request;
  const enveloped = rpcFormOf(headers["content-type"]) !== "connect-unary";
  const isPacked = (message: Uint8Array): boolean =>
    enveloped ? ((message[0] ?? 0) & COMPRESSED) !== 0 : (headers["content-encoding"] ?? "identity") !== "identity";
  const limits: SizeLimits = trail === undefined ? STRANGER_SIZES : requestLimits(exchange.generation.limits);
  try {
    for await (const message of readMessages(exchange, { ...limits, enveloped, held, unfinished })) {
      // What is compressed is weighed when it is unpacked.
      if (trail !== undefined && !isPacked(message)) {
        reserveDecoded(call, enveloped ? message.subarray(ENVELOPE_BYTES) : message);
      }
      yield message;
    }
  } catch (error) {
    throw error instanceof CallRefused ? noteRefusal(call, error.refusal) : error;
  }
}

function noteRefusal({ trail, requestId }: RpcCall, refusal: Refusal): Error {
  trail?.refused(refusal);
  return makeRpcStatus(refusal, requestId);
}
