/** Turns a refusal into the status that a client sees. The only place that knows which code a reason has. */

import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { ErrorReason, ErrorReasonSchema, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { fitRefusal } from "./fit-refusal.ts";

type Details = NonNullable<ConstructorParameters<typeof ConnectError>[3]>;

const DOMAIN = "understudy";

/** Tells a gRPC client's retry policy not to ask again: every route was tried already. */
const noRetry = { "grpc-retry-pushback-ms": "-1" };

const codes: Record<keyof typeof ErrorReason, Code> = {
  UNSPECIFIED: Code.Internal,
  INVALID_REQUEST: Code.InvalidArgument,
  CONTEXT_TOO_LONG: Code.InvalidArgument,
  CONTENT_FILTERED: Code.FailedPrecondition,
  WORKLOAD_NOT_FOUND: Code.NotFound,
  ROUTE_NOT_FOUND: Code.NotFound,
  PROVIDER_NOT_FOUND: Code.NotFound,
  CALLER_UNKNOWN: Code.Unauthenticated,
  NOT_ALLOWED: Code.PermissionDenied,
  ROUTE_MISCONFIGURED: Code.FailedPrecondition,
  COOLING_DOWN: Code.ResourceExhausted,
  AT_CAPACITY: Code.ResourceExhausted,
  CALLER_LIMIT: Code.ResourceExhausted,
  TOO_LARGE: Code.ResourceExhausted,
  DRAINING: Code.Unavailable,
  OVERLOADED: Code.Unavailable,
  ALL_ROUTES_FAILED: Code.Unavailable,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  ANSWER_INTERRUPTED: Code.Aborted,
  NOT_CARRIED: Code.Unimplemented,
  INTERNAL: Code.Internal,
  UNSUPPORTED: Code.FailedPrecondition,
  CONFIGURATION_INVALID: Code.FailedPrecondition,
};

const codeByName = new Map<string, Code>(Object.entries(codes));

/** Makes the status of a refusal, small enough for a client's header limit. */
export function makeStatus(refusal: Refusal, requestId: string): ConnectError {
  return fitRefusal(refusal, (fitted, omittedCount) => {
    const name = ErrorReasonSchema.value[fitted.reason]?.localName ?? "INTERNAL";
    const code = codeByName.get(name) ?? Code.Internal;
    const headers = fitted.reason === ErrorReason.ALL_ROUTES_FAILED ? noRetry : undefined;
    return new ConnectError(fitted.message, code, headers, makeDetails(name, fitted, requestId, omittedCount));
  });
}

function makeDetails(reason: string, refusal: Refusal, requestId: string, omittedCount: number): Details {
  const metadata: Record<string, string> = omittedCount > 0 ? { omittedViolations: String(omittedCount) } : {};
  const details: Details = [
    { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason, domain: DOMAIN, metadata }) },
    { desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) },
  ];
  const { violations = [], retryAfterMs, report } = refusal;
  if (violations.length > 0) {
    const fieldViolations = violations.map(({ field, description }) => ({ field, description }));
    details.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) });
  }
  if (retryAfterMs !== undefined) {
    const retryDelay = durationFromMs(Math.max(0, Math.ceil(retryAfterMs)));
    details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) });
  }
  if (report !== undefined) details.push({ desc: FailoverReportSchema, value: report });
  return details;
}
