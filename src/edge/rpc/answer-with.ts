/** Runs a service's function for the protocol library, and gives every failure its status. */

import { ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { CallContext } from "../../call/call-context.ts";
import type { Services } from "../../service/services.ts";
import { refusalOf } from "../refusal-of.ts";
import { explainError } from "./explain-error.ts";
import { makeCallContext, type RpcCall, rpcCallOf } from "./rpc-call.ts";
import { makeRpcStatus } from "./rpc-status.ts";

/** Makes library handlers of service functions. */
export interface AnswerWith {
  once<Request, Response>(
    handler: (request: Request, context: CallContext, services: Services) => Response | Promise<Response>,
  ): (request: Request, context: HandlerContext) => Promise<Response>;
  /** `isLast` tells the message after which the end of the stream is its proper end; none if it ends only with the call. */
  stream<Request, Response>(
    handler: (request: Request, context: CallContext, services: Services) => AsyncIterable<Response>,
    isLast: (response: Response) => boolean,
  ): (request: Request, context: HandlerContext) => AsyncIterable<Response>;
}

/** Makes handlers that pass a call to the services of its own generation. */
export const answerWith: AnswerWith = {
  once: (handler) => async (request, context) => {
    try {
      return await handler(request, makeCallContext(context), servicesOf(context));
    } catch (error) {
      throw statusOf(error, context, rpcCallOf(context));
    }
  },
  stream: (handler, isLast) => (request, context) => ({
    [Symbol.asyncIterator]: () => {
      const fail = failer(context);
      try {
        const source = handler(request, makeCallContext(context), servicesOf(context))[Symbol.asyncIterator]();
        return watchEnd(source, isLast, context.signal, fail);
      } catch (error) {
        return fail(error);
      }
    },
  }),
};

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

function servicesOf(context: HandlerContext): Services {
  return rpcCallOf(context).exchange.generation.services;
}

function failer(context: HandlerContext): (error: unknown) => never {
  return (error) => {
    throw statusOf(error, context, rpcCallOf(context));
  };
}

/** The status of a call that failed with `error`, which is noted. */
function statusOf(error: unknown, { signal }: HandlerContext, call: RpcCall): ConnectError {
  const explain = (cause: unknown) => (cause instanceof ConnectError ? explainError(cause, call) : undefined);
  return makeRpcStatus(refusalOf(error, { signal, trail: call.trail, explain }), call.requestId);
}
