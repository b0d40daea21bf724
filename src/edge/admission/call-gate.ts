/** Decides whether a call may start, before anything of it is read. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Caller } from "../../call/caller-scope.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { EdgeRequest, Exchange } from "../port/exchange.ts";

/** When a refused client may ask this replica again, in milliseconds. */
const OVERLOAD_RETRY_MS = 1_000;

export interface CallGate {
  /** Calls that run now. */
  readonly callCount: number;
  /** Whether the server is about to stop. */
  readonly draining: boolean;
  /** Refuses every call from now on. */
  startDraining(): void;
  /** Admits a call until its response is closed, and returns its caller. Throws `CallRefused`. */
  enter(exchange: Exchange): Caller | undefined;
}

/** Creates the gate that all doors share. */
export function createCallGate(): CallGate {
  let callCount = 0;
  let draining = false;
  return {
    get callCount() {
      return callCount;
    },
    get draining() {
      return draining;
    },
    startDraining() {
      draining = true;
    },
    enter({ request, response, generation: { limits, callers } }) {
      if (draining) throw drainingRefusal();
      if (callCount >= limits.maxConcurrentCalls) throw overloaded(limits.maxConcurrentCalls);
      checkSize(request, limits);
      const place = callers.enter(request.headers);
      callCount += 1;
      response.once("close", () => {
        callCount -= 1;
        place.leave();
      });
      return place.caller;
    },
  };
}

/** Why nothing starts or goes on while the server stops. */
export function drainingRefusal(): CallRefused {
  return new CallRefused({ reason: ErrorReason.DRAINING, message: "this server is about to stop; ask another one" });
}

function overloaded(maxConcurrentCalls: number): CallRefused {
  const message = `the server runs ${maxConcurrentCalls} calls, its max_concurrent_calls`;
  return new CallRefused({ reason: ErrorReason.OVERLOADED, message, retryAfterMs: OVERLOAD_RETRY_MS });
}

function checkSize(request: EdgeRequest, limits: EdgeLimits): void {
  const headerBytes = request.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  if (headerBytes > limits.maxHeaderBytes) {
    throw tooLarge(`the header has ${headerBytes} bytes, more than the ${limits.maxHeaderBytes} that are taken`);
  }
  const bodyBytes = Number(request.headers["content-length"] ?? 0);
  if (bodyBytes > limits.maxRequestBytes) {
    throw tooLarge(`the request has ${bodyBytes} bytes, more than max_request_bytes, ${limits.maxRequestBytes}`);
  }
}

function tooLarge(message: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.TOO_LARGE, message });
}
