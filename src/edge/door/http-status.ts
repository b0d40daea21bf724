/** Knows the HTTP status of each reason, for the doors that answer with one. */

import { ErrorReason, ErrorReasonSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";

const statuses: Record<keyof typeof ErrorReason, number> = {
  UNSPECIFIED: 500,
  INVALID_REQUEST: 400,
  CONTEXT_TOO_LONG: 400,
  CONTENT_FILTERED: 400,
  WORKLOAD_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  PROVIDER_NOT_FOUND: 404,
  CALLER_UNKNOWN: 401,
  NOT_ALLOWED: 403,
  // The operator's account was refused, not the caller's.
  ROUTE_MISCONFIGURED: 500,
  COOLING_DOWN: 429,
  AT_CAPACITY: 429,
  CALLER_LIMIT: 429,
  TOO_LARGE: 413,
  DRAINING: 503,
  OVERLOADED: 503,
  ALL_ROUTES_FAILED: 503,
  DEADLINE_EXCEEDED: 504,
  ANSWER_INTERRUPTED: 500,
  NOT_CARRIED: 400,
  INTERNAL: 500,
  UNSUPPORTED: 400,
  CONFIGURATION_INVALID: 400,
};

const statusByName = new Map<string, number>(Object.entries(statuses));

/** The HTTP status of a reason. */
export function httpStatusOf(reason: ErrorReason): number {
  return statusByName.get(ErrorReasonSchema.value[reason]?.localName ?? "") ?? 500;
}

/**
 * Headers that tell a client when to ask again. `x-should-retry` is what the vendors' SDKs look at before their own
 * rules: they ask again after every 5xx, which is of no use when every route was tried.
 */
export function retryHeaders({ reason, retryAfterMs }: Refusal): Record<string, string> {
  const headers: Record<string, string> = {};
  if (retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
    headers["retry-after-ms"] = String(Math.max(0, Math.ceil(retryAfterMs)));
  }
  const { DRAINING, OVERLOADED } = ErrorReason;
  if (reason === DRAINING || reason === OVERLOADED) headers["x-should-retry"] = "true";
  else if (httpStatusOf(reason) >= 500) headers["x-should-retry"] = "false";
  return headers;
}
