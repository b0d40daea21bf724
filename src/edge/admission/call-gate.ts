/** Decides whether a call may start, before anything of it is read. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { EdgeRequest, Exchange } from "../port/exchange.ts";
import type { KnownCaller } from "./callers.ts";
import { checkOwnPage } from "./own-pages.ts";
import { type UnfinishedRequests, unfinishedRefusal } from "./unfinished-requests.ts";

/** When a refused client may ask this replica again, in milliseconds. */
const OVERLOAD_RETRY_MS = 1_000;

/**
 * What the gate does: it serves; it still serves, but says that the server is about to stop, so that balancers notice;
 * it lets nobody in.
 */
export type GateState = "serving" | "lame-duck" | "draining";

export interface CallGate {
  /** Calls that run now. */
  readonly callCount: number;
  readonly state: GateState;
  /** Goes on to a later state. */
  enterState(next: "lame-duck" | "draining"): void;
  /** Resolves when no call runs any more. */
  idle(): Promise<void>;
  /** Finds out whose call it is; nothing is taken yet. Throws `CallRefused`. */
  identify(exchange: Exchange): KnownCaller;
  /** Takes a place for a call until its response is closed. Throws `CallRefused`. */
  enter(exchange: Exchange, known: KnownCaller): void;
}

/** Creates the gate that all doors share. `isLocal` tells whether only this machine reaches the server. */
export function createCallGate(unfinished: UnfinishedRequests, isLocal: () => boolean): CallGate {
  let callCount = 0;
  let state: GateState = "serving";
  const onIdle: (() => void)[] = [];
  return {
    get callCount() {
      return callCount;
    },
    get state() {
      return state;
    },
    enterState(next) {
      // A second sign to stop comes at any time.
      if (state !== "draining") state = next;
    },
    idle() {
      if (callCount === 0) return Promise.resolve();
      return new Promise((resolve) => void onIdle.push(resolve));
    },
    identify(exchange) {
      const { request, generation } = exchange;
      const { limits, callers } = generation;
      if (callers.isOpen && isLocal()) checkOwnPage(exchange);
      if (state === "draining") throw drainingRefusal();
      checkHeader(request, limits.maxHeaderBytes);
      const known = callers.identify(request.headers);
      checkBody(request, limits);
      return known;
    },
    enter({ response, generation: { limits, callers } }, known) {
      const { maxConcurrentCalls } = limits;
      if (callCount >= maxConcurrentCalls && !unfinished.giveUpOldest(unfinishedRefusal)) {
        throw new CallRefused(placesRefusal(maxConcurrentCalls));
      }
      const leave = callers.enter(known, maxConcurrentCalls);
      callCount += 1;
      response.once("close", () => {
        callCount -= 1;
        leave();
        if (callCount > 0) return;
        for (const tell of onIdle.splice(0)) tell();
      });
    },
  };
}

/** Why nothing starts or goes on while the server stops. */
export function drainingRefusal(): CallRefused {
  return new CallRefused({ reason: ErrorReason.DRAINING, message: "this server is about to stop; ask another one" });
}

/** Why a call is not let in while more come than can be served. */
export const overloadRefusal: Refusal = {
  reason: ErrorReason.OVERLOADED,
  message: "more calls come than this server can serve; ask another one, or later",
  retryAfterMs: OVERLOAD_RETRY_MS,
  isCommon: true,
};

/** By the number of places: there are as many as there were configurations. */
const placesRefusals = new Map<number, Refusal>();

function placesRefusal(maxConcurrentCalls: number): Refusal {
  const message = `the server runs ${maxConcurrentCalls} calls, its max_concurrent_calls`;
  const known = placesRefusals.get(maxConcurrentCalls);
  const refusal = known ?? { reason: ErrorReason.OVERLOADED, message, retryAfterMs: OVERLOAD_RETRY_MS, isCommon: true };
  placesRefusals.set(maxConcurrentCalls, refusal);
  return refusal;
}

/** Checks the size of a header. Throws `CallRefused`: HTTP/2 lets the first one of a connection pass at any size. */
export function checkHeader({ rawHeaders }: EdgeRequest, maxBytes: number): void {
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length;
  if (bytes <= maxBytes) return;
  const message = `the header has ${bytes} bytes, more than the ${maxBytes} that are taken`;
  throw new CallRefused({ reason: ErrorReason.TOO_LARGE, message });
}

function checkBody({ headers }: EdgeRequest, { maxRequestBytes }: EdgeLimits): void {
  const bytes = Number(headers["content-length"] ?? 0);
  if (bytes <= maxRequestBytes) return;
  const message = `the request has ${bytes} bytes, more than max_request_bytes, ${maxRequestBytes}`;
  throw new CallRefused({ reason: ErrorReason.TOO_LARGE, message });
}
