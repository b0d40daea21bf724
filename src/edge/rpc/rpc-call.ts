/** What the RPC door knows of one call, on its way through the protocol library. */

import type { DescMessage } from "@bufbuild/protobuf";
import { type ContextKey, createContextKey, type HandlerContext } from "@connectrpc/connect";

import type { CallContext } from "../../call/call-context.ts";
import type { Caller } from "../../call/caller-scope.ts";
import type { FollowedCall } from "../admission/call-trail.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { Exchange } from "../port/exchange.ts";

/** How far the request has come. Its text is kept only until it is decoded: to explain why it cannot be. */
export type RequestBody =
  | { readonly kind: "arriving" }
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "decoded" };

export interface RpcCall {
  readonly exchange: Exchange;
  readonly requestId: string;
  /** The message that the method takes. */
  readonly input: DescMessage;
  /** The memory of the request. */
  readonly held: RequestBytes;
  /** What the request takes when it is decoded, in bytes. */
  decodedBytes: number;
  body: RequestBody;
  /** Undefined for health and reflection, which anybody may ask at any time. */
  readonly trail: FollowedCall | undefined;
  readonly caller: Caller | undefined;
}

/** Where the library's context keeps the call. */
export const rpcCallKey: ContextKey<RpcCall | undefined> = createContextKey<RpcCall | undefined>(undefined);

/** The call behind a context of the library. */
export function rpcCallOf(context: HandlerContext): RpcCall {
  const call = context.values.get(rpcCallKey);
  if (call === undefined) throw new Error("a call came without its exchange");
  return call;
}

/** What a service gets to know of a call, whose request is decoded by now. */
export function makeCallContext(context: HandlerContext): CallContext {
  const call = rpcCallOf(context);
  const { requestId, caller, trail } = call;
  if (trail === undefined) throw new Error("a call came past the gate");
  call.body = { kind: "decoded" };
  call.held.settle(call.decodedBytes);
  return { requestId, signal: context.signal, timeoutMs: context.timeoutMs(), caller, trail };
}
