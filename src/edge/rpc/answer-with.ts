/** Runs a service's function for the protocol library, and gives every failure its status. */

import { ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { CallContext } from "../../call/call-context.ts";
import { CallRefused } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import type { Log } from "../../telemetry/log.ts";
import { internalRefusal } from "../refusal-of.ts";
import { explainError } from "./explain-error.ts";
import { makeCallContext, type RpcCall, rpcCallOf } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** Makes library handlers of service functions. */
export interface AnswerWith {
  once<Request, Response>(
    handler: (request: Request, context: CallContext) => Response | Promise<Response>,
  ): (request: Request, context: HandlerContext) => Promise<Response>;
  /** `isLast` tells the message after which the end of the stream is its proper end; none if it ends only with the call. */
  stream<Request, Response>(
    handler: (request: Request, context: CallContext) => AsyncIterable<Response>,
    isLast: (response: Response) => boolean,
  ): (request: Request, context: HandlerContext) => AsyncIterable<Response>;
}

/** Creates the makers of handlers. */
export function createAnswerWith(log: Log): AnswerWith {
  const statusOf = (error: unknown, context: HandlerContext): ConnectError => {
    const call = rpcCallOf(context);
    const { requestId } = call;
    const refusal = error instanceof CallRefused ? error.refusal : refusalBySignal(context.signal, call);
    if (refusal !== undefined) return makeRpcStatus(refusal, requestId);
    if (error instanceof ConnectError) return makeRpcStatus(explainError(error, call), requestId);
    if (!context.signal.aborted) log.error({ requestId, ...describeFault(error) }, "call failed by a fault");
    return makeRpcStatus(internalRefusal, requestId);
  };
  const failer =
    (context: HandlerContext) =>
    (error: unknown): never => {
      throw statusOf(error, context);
    };
  return {
    once: (handler) => async (request, context) => {
      try {
        return await handler(request, makeCallContext(context));
      } catch (error) {
        throw statusOf(error, context);
      }
    },
    stream: (handler, isLast) => (request, context) => ({
      [Symbol.asyncIterator]: () => {
        const fail = failer(context);
        try {
          const source = handler(request, makeCallContext(context))[Symbol.asyncIterator]();
          return watchEnd(source, isLast, context.signal, fail);
        } catch (error) {
          return fail(error);
        }
      },
    }),
  };
}

/**
 * Passes a stream on. Calls `fail` when it fails, and when it ends before its last message because `signal` was
 * aborted. Written by hand: one promise a message, where an async generator takes several.
 */
function watchEnd<Response>(
  source: AsyncIterator<Response>,
  isLast: (response: Response) => boolean,
  signal: AbortSignal,
  fail: (error: unknown) => never,
): AsyncIterator<Response, void, undefined> {
  let ended = false;
  const check = (result: IteratorResult<Response>): IteratorResult<Response, void> => {
    if (!result.done) ended = isLast(result.value);
    else if (!ended && signal.aborted) fail(signal.reason);
    return result;
  };
  return {
    next: () => source.next().then(check, fail),
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Why the signal ended the call: the deadline or the server's stop. Undefined if it did not, or the client left. */
function refusalBySignal({ aborted, reason }: AbortSignal, call: RpcCall) {
  if (!aborted) return undefined;
  if (reason instanceof CallRefused) return reason.refusal;
  return reason instanceof ConnectError ? explainError(reason, call) : undefined;
}
