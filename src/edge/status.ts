/** What a client is told of a refusal, in the words of no protocol. The only place that knows which codes a reason has. */

import { Code } from "@connectrpc/connect";

import { ErrorReason, ErrorReasonSchema, type FailoverReport } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { FieldViolation, Refusal } from "../call/refusal.ts";

/** Whether asking again helps: at another replica, nowhere, or as a client's own rules say. */
export type Retry = "elsewhere" | "useless" | "by-code";

interface Answer {
  /** For gRPC and Connect. */
  readonly code: Code;
  /** For the doors that answer with an HTTP status. */
  readonly httpStatus: number;
  readonly retry: Retry;
}

/** A refusal with its codes. Each protocol and each door writes it in its own form. */
export interface Status extends Answer {
  readonly reason: ErrorReason;
  /** The reason's name: `ALL_ROUTES_FAILED`. */
  readonly reasonName: keyof typeof ErrorReason;
  readonly message: string;
  readonly violations: readonly FieldViolation[];
  /** When asking again can help, in milliseconds from now; undefined if nobody knows. */
  readonly retryAfterMs: number | undefined;
  /** What was tried; undefined if no route was planned. */
  readonly report: FailoverReport | undefined;
}

const answers: Record<keyof typeof ErrorReason, Answer> = {
  UNSPECIFIED: { code: Code.Internal, httpStatus: 500, retry: "useless" },
  INVALID_REQUEST: { code: Code.InvalidArgument, httpStatus: 400, retry: "by-code" },
  CONTEXT_TOO_LONG: { code: Code.InvalidArgument, httpStatus: 400, retry: "by-code" },
  CONTENT_FILTERED: { code: Code.FailedPrecondition, httpStatus: 400, retry: "by-code" },
  WORKLOAD_NOT_FOUND: { code: Code.NotFound, httpStatus: 404, retry: "by-code" },
  ROUTE_NOT_FOUND: { code: Code.NotFound, httpStatus: 404, retry: "by-code" },
  PROVIDER_NOT_FOUND: { code: Code.NotFound, httpStatus: 404, retry: "by-code" },
  CALLER_UNKNOWN: { code: Code.Unauthenticated, httpStatus: 401, retry: "by-code" },
  NOT_ALLOWED: { code: Code.PermissionDenied, httpStatus: 403, retry: "by-code" },
  // The operator's account was refused, not the caller's.
  ROUTE_MISCONFIGURED: { code: Code.FailedPrecondition, httpStatus: 500, retry: "useless" },
  COOLING_DOWN: { code: Code.ResourceExhausted, httpStatus: 429, retry: "by-code" },
  AT_CAPACITY: { code: Code.ResourceExhausted, httpStatus: 429, retry: "by-code" },
  CALLER_LIMIT: { code: Code.ResourceExhausted, httpStatus: 429, retry: "by-code" },
  TOO_LARGE: { code: Code.ResourceExhausted, httpStatus: 413, retry: "by-code" },
  DRAINING: { code: Code.Unavailable, httpStatus: 503, retry: "elsewhere" },
  OVERLOADED: { code: Code.Unavailable, httpStatus: 503, retry: "elsewhere" },
  ALL_ROUTES_FAILED: { code: Code.Unavailable, httpStatus: 503, retry: "useless" },
  DEADLINE_EXCEEDED: { code: Code.DeadlineExceeded, httpStatus: 504, retry: "useless" },
  ANSWER_INTERRUPTED: { code: Code.Aborted, httpStatus: 500, retry: "useless" },
  NOT_CARRIED: { code: Code.Unimplemented, httpStatus: 400, retry: "by-code" },
  INTERNAL: { code: Code.Internal, httpStatus: 500, retry: "useless" },
  UNSUPPORTED: { code: Code.FailedPrecondition, httpStatus: 400, retry: "by-code" },
  CONFIGURATION_INVALID: { code: Code.FailedPrecondition, httpStatus: 400, retry: "by-code" },
};

/** Makes the status of a refusal. */
export function makeStatus({ reason, message, violations = [], retryAfterMs, report }: Refusal): Status {
  const reasonName = nameOf(reason);
  return { ...answers[reasonName], reason, reasonName, message, violations, retryAfterMs, report };
}

function nameOf(reason: ErrorReason): keyof typeof ErrorReason {
  const name = ErrorReasonSchema.value[reason]?.localName ?? "";
  return isReasonName(name) ? name : "INTERNAL";
}

function isReasonName(name: string): name is keyof typeof ErrorReason {
  return Object.hasOwn(answers, name);
}
