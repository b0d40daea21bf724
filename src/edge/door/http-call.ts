/** Knows of one call of a plain HTTP API when it must end. */

import type { CallContext } from "../../call/call-context.ts";
import { makeInvalidRequest } from "../../call/invalid-request.ts";
import { CallRefused } from "../../call/refusal.ts";
import type { FollowedCall } from "../admission/call-trail.ts";
import { MAX_DEADLINE_MS } from "../admission/deadline.ts";
import { type EdgeRequest, type Exchange, wasCutShort } from "../port/exchange.ts";
import type { AdmittedCall } from "./door.ts";

/** The header in which a client gives its deadline as a length, in milliseconds. */
const TIMEOUT_HEADER = "x-understudy-timeout-ms";

/** A call of a plain HTTP API, from the door on. */
export type HttpCall = Omit<CallContext, "trail"> & { readonly trail: FollowedCall };

/**
 * Makes what a service knows of the call. Its signal is aborted when the client leaves, and with the reason of `end`
 * when the server stops. Throws `CallRefused`.
 */
export function openHttpCall({ exchange, caller, trail }: AdmittedCall, end: AbortSignal): HttpCall {
  return {
    requestId: exchange.requestId,
    signal: signalOfEnd(exchange, end),
    timeoutMs: readTimeout(exchange.request),
    caller,
    trail,
  };
}

function signalOfEnd({ response }: Exchange, end: AbortSignal): AbortSignal {
  const call = new AbortController();
  const stop = (): void => call.abort(end.reason);
  end.addEventListener("abort", stop, { once: true });
  if (end.aborted) stop();
  response.once("close", () => {
    end.removeEventListener("abort", stop);
    if (wasCutShort(response)) call.abort();
  });
  return call.signal;
}

function readTimeout({ headers }: EdgeRequest): number | undefined {
  const value = headers[TIMEOUT_HEADER];
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^[1-9]\d{0,9}$/.test(value)) return Math.min(Number(value), MAX_DEADLINE_MS);
  const description = "is not a number of milliseconds from 1 with at most ten digits; give one, or leave it out";
  throw new CallRefused(makeInvalidRequest([{ field: TIMEOUT_HEADER, description }]));
}
