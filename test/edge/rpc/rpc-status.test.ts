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
import { makeRpcStatus } from "../../../src/edge/rpc/rpc-status.ts";

test("a reason has its code and names itself in ErrorInfo", () => {
  const status = makeRpcStatus({ reason: ErrorReason.COOLING_DOWN, message: "no answer" }, "call-1");
  expect(status.code).toBe(Code.ResourceExhausted);
  expect(status.findDetails(ErrorInfoSchema)).toMatchObject([{ domain: "understudy", reason: "COOLING_DOWN" }]);
  expect(status.findDetails(RequestInfoSchema)).toMatchObject([{ requestId: "call-1" }]);
});

test("violations and the time to wait travel as details", () => {
  const violations = [{ field: "messages[2].text", description: "text and parts are both set; keep one" }];
  const status = makeRpcStatus(
    { reason: ErrorReason.INVALID_REQUEST, message: "m", violations, retryAfterMs: 1_500 },
    "call-1",
  );
  expect(status.findDetails(BadRequestSchema)).toMatchObject([{ fieldViolations: violations }]);
  expect(status.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 1n, nanos: 500_000_000 } }]);
});

test.each([
  ["asks the client not to retry when every route failed", ErrorReason.ALL_ROUTES_FAILED, "-1"],
  ["lets the client retry elsewhere when the server drains", ErrorReason.DRAINING, null],
  ["leaves alone what no retry policy asks again for", ErrorReason.ANSWER_INTERRUPTED, null],
])("the status %s", (_, reason, pushback) => {
  const { metadata } = makeRpcStatus({ reason, message: "no answer" }, "call-1");
  expect(metadata.get("grpc-retry-pushback-ms")).toBe(pushback);
});

function trailerBytes(status: ReturnType<typeof makeRpcStatus>): number {
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
  const status = makeRpcStatus({ reason: ErrorReason.ALL_ROUTES_FAILED, message: "all failed", report }, "call-1");

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
  const status = makeRpcStatus({ reason: ErrorReason.INVALID_REQUEST, message, violations }, "call-1");
  expect(trailerBytes(status)).toBeLessThanOrEqual(4_096);
  expect(status.rawMessage.endsWith("…")).toBe(true);
  expect(Number(status.findDetails(ErrorInfoSchema)[0]?.metadata["omittedViolations"])).toBeGreaterThan(0);
});
