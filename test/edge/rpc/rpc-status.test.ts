import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { expect, test } from "vitest";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { ErrorReason, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeStatus } from "../../../src/edge/rpc/rpc-status.ts";

const expected: [keyof typeof ErrorReason, Code][] = [
  ["INVALID_REQUEST", Code.InvalidArgument],
  ["CONTEXT_TOO_LONG", Code.InvalidArgument],
  ["CONTENT_FILTERED", Code.FailedPrecondition],
  ["WORKLOAD_NOT_FOUND", Code.NotFound],
  ["ROUTE_NOT_FOUND", Code.NotFound],
  ["PROVIDER_NOT_FOUND", Code.NotFound],
  ["CALLER_UNKNOWN", Code.Unauthenticated],
  ["NOT_ALLOWED", Code.PermissionDenied],
  ["ROUTE_MISCONFIGURED", Code.FailedPrecondition],
  ["COOLING_DOWN", Code.ResourceExhausted],
  ["AT_CAPACITY", Code.ResourceExhausted],
  ["CALLER_LIMIT", Code.ResourceExhausted],
  ["TOO_LARGE", Code.ResourceExhausted],
  ["DRAINING", Code.Unavailable],
  ["OVERLOADED", Code.Unavailable],
  ["ALL_ROUTES_FAILED", Code.Unavailable],
  ["DEADLINE_EXCEEDED", Code.DeadlineExceeded],
  ["ANSWER_INTERRUPTED", Code.Aborted],
  ["NOT_CARRIED", Code.Unimplemented],
  ["INTERNAL", Code.Internal],
  ["UNSUPPORTED", Code.FailedPrecondition],
  ["CONFIGURATION_INVALID", Code.FailedPrecondition],
];

test.each(expected)("%s has its code and names itself in ErrorInfo", (name, code) => {
  const status = makeStatus({ reason: ErrorReason[name], message: "no answer" }, "call-1");
  expect(status.code).toBe(code);
  expect(status.findDetails(ErrorInfoSchema)).toMatchObject([{ domain: "understudy", reason: name }]);
  expect(status.findDetails(RequestInfoSchema)).toMatchObject([{ requestId: "call-1" }]);
});

test("every reason but the unspecified has a code of its own in the table", () => {
  expect(expected.map(([name]) => name).sort()).toEqual(
    Object.keys(ErrorReason)
      .filter((name) => name !== "UNSPECIFIED")
      .sort(),
  );
});

test("violations and the time to wait travel as details", () => {
  const violations = [{ field: "messages[2].text", description: "text and parts are both set; keep one" }];
  const status = makeStatus(
    { reason: ErrorReason.INVALID_REQUEST, message: "m", violations, retryAfterMs: 1_500 },
    "call-1",
  );
  expect(status.findDetails(BadRequestSchema)).toMatchObject([{ fieldViolations: violations }]);
  expect(status.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 1n, nanos: 500_000_000 } }]);
});

test.each([
  ["asks the client not to retry when every route failed", ErrorReason.ALL_ROUTES_FAILED, "-1"],
  ["lets the client retry elsewhere when the server drains", ErrorReason.DRAINING, null],
])("the status %s", (_, reason, pushback) => {
  const { metadata } = makeStatus({ reason, message: "no answer" }, "call-1");
  expect(metadata.get("grpc-retry-pushback-ms")).toBe(pushback);
});

function trailerBytes(status: ReturnType<typeof makeStatus>): number {
  const trailers = [...setTrailerStatus(new Headers(), status)];
  return trailers.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
}

test("a long report keeps its latest attempts and counts the rest", () => {
  const attempts = Array.from({ length: 40 }, (_, index) => ({
    number: index + 1,
    route: `route-${index}`,
    message: "stalled 20 s after its first token, for a long story ".repeat(20),
  }));
  const skips = Array.from({ length: 30 }, (_, index) => ({ route: `skipped-${index}`, message: "rests" }));
  const report = create(FailoverReportSchema, { attempts, skips });
  const status = makeStatus({ reason: ErrorReason.ALL_ROUTES_FAILED, message: "all failed", report }, "call-1");

  expect(trailerBytes(status)).toBeLessThanOrEqual(4_096);
  const sent = status.findDetails(FailoverReportSchema)[0];
  expect(sent?.attempts.at(-1)?.number).toBe(40);
  expect(sent?.attempts.length).toBeGreaterThan(2);
  expect((sent?.omittedAttemptCount ?? 0) + (sent?.attempts.length ?? 0)).toBe(40);
  expect((sent?.omittedSkipCount ?? 0) + (sent?.skips.length ?? 0)).toBe(30);
});

test.each([
  ["spaces", "a b ".repeat(4_000)],
  ["wide characters", "日本語".repeat(4_000)],
  ["half a character", "\ud83d".repeat(3_000)],
])("a long message of %s is cut to fit", (_name, message) => {
  const violations = Array.from({ length: 200 }, (_, index) => ({ field: `f${index}`, description: message }));
  const status = makeStatus({ reason: ErrorReason.INVALID_REQUEST, message, violations }, "call-1");
  expect(trailerBytes(status)).toBeLessThanOrEqual(4_096);
  expect(status.rawMessage.endsWith("…")).toBe(true);
  expect(Number(status.findDetails(ErrorInfoSchema)[0]?.metadata["omittedViolations"])).toBeGreaterThan(0);
});
