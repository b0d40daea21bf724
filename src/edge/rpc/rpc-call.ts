/** What the RPC door knows of one call, on its way through the protocol library. */

import { type ContextKey, createContextKey, type HandlerContext } from "@connectrpc/connect";

import type { CallContext } from "../../call/call-context.ts";
import type { Caller } from "../../call/caller-scope.ts";
import type { FollowedCall } from "../admission/call-trail.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { Exchange } from "../port/exchange.ts";

export interface RpcCall {
  readonly exchange: Exchange;
  readonly requestId: string;
  /** The bytes of the request. */
  readonly held: RequestBytes;
  /** Undefined for health and reflection, which anybody may ask at any time. */
  readonly trail: FollowedCall | undefined;
  /** Set when the call was admitted. */
  caller: Caller | undefined;
}

/** Where the library's context keeps the call. */
export const rpcCallKey: ContextKey<RpcCall | undefined> = createContextKey<RpcCall | undefined>(undefined);

/** The call behind a context of the library. */
export function rpcCallOf(context: HandlerContext): RpcCall {
  const call = context.values.get(rpcCallKey);
  if (call === undefined) throw new Error("a call came without its exchange");
  return call;
}

/** What a service gets to know of a call. */
export function makeCallContext(context: HandlerContext): CallContext {
  const { requestId, caller, trail } = rpcCallOf(context);
  if (trail === undefined) throw new Error("a call came past the gate");
  return { requestId, signal: context.signal, timeoutMs: context.timeoutMs(), caller, trail };
}
