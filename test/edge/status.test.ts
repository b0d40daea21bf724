import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeRetryHeaders } from "../../src/edge/door/retry-headers.ts";
import { makeStatus, type Retry } from "../../src/edge/status.ts";

const expected: ReadonlyArray<readonly [keyof typeof ErrorReason, Code, number, Retry]> = [
  ["INVALID_REQUEST", Code.InvalidArgument, 400, "by-code"],
  ["CONTEXT_TOO_LONG", Code.InvalidArgument, 400, "by-code"],
  ["CONTENT_FILTERED", Code.FailedPrecondition, 400, "by-code"],
  ["WORKLOAD_NOT_FOUND", Code.NotFound, 404, "by-code"],
  ["ROUTE_NOT_FOUND", Code.NotFound, 404, "by-code"],
  ["PROVIDER_NOT_FOUND", Code.NotFound, 404, "by-code"],
  ["CALLER_UNKNOWN", Code.Unauthenticated, 401, "by-code"],
  ["NOT_ALLOWED", Code.PermissionDenied, 403, "by-code"],
  ["ROUTE_MISCONFIGURED", Code.FailedPrecondition, 500, "useless"],
  ["COOLING_DOWN", Code.ResourceExhausted, 429, "by-code"],
  ["AT_CAPACITY", Code.ResourceExhausted, 429, "by-code"],
  ["CALLER_LIMIT", Code.ResourceExhausted, 429, "by-code"],
  ["TOO_LARGE", Code.ResourceExhausted, 413, "by-code"],
  ["DRAINING", Code.Unavailable, 503, "elsewhere"],
  ["OVERLOADED", Code.Unavailable, 503, "elsewhere"],
  ["ALL_ROUTES_FAILED", Code.Unavailable, 503, "useless"],
  ["DEADLINE_EXCEEDED", Code.DeadlineExceeded, 504, "useless"],
  ["ANSWER_INTERRUPTED", Code.Aborted, 500, "useless"],
  ["NOT_CARRIED", Code.Unimplemented, 400, "by-code"],
  ["INTERNAL", Code.Internal, 500, "useless"],
  ["UNSUPPORTED", Code.FailedPrecondition, 400, "by-code"],
  ["CONFIGURATION_INVALID", Code.FailedPrecondition, 400, "by-code"],
];

test.each(expected)("%s has its codes", (reasonName, code, httpStatus, retry) => {
  const status = makeStatus({ reason: ErrorReason[reasonName], message: "no answer" });
  expect(status).toMatchObject({ reasonName, code, httpStatus, retry, message: "no answer", violations: [] });
});

test("every reason but the unspecified is in the table", () => {
  expect(expected.map(([name]) => name).sort()).toEqual(
    Object.keys(ErrorReason)
      .filter((name) => name !== "UNSPECIFIED")
      .sort(),
  );
});

test.each([
  ["DRAINING", 0, { "retry-after": "1", "retry-after-ms": "0", "x-should-retry": "true" }],
  ["ALL_ROUTES_FAILED", 2_300.4, { "retry-after": "3", "retry-after-ms": "2301", "x-should-retry": "false" }],
  ["COOLING_DOWN", 61_000, { "retry-after": "61", "retry-after-ms": "61000" }],
  ["NOT_ALLOWED", undefined, {}],
] as const)("%s tells a client of plain HTTP when to ask again", (reasonName, retryAfterMs, headers) => {
  const refusal = { reason: ErrorReason[reasonName], message: "no answer" };
  const status = makeStatus(retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs });
  expect(makeRetryHeaders(status)).toEqual(headers);
});
