import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeNotConfigured } from "../../src/call/not-configured.ts";

test.each([
  ["workload", ["a", "b"], "workload x is not configured; there are: a, b", ErrorReason.WORKLOAD_NOT_FOUND],
  ["route", [], "route x is not configured; there are: none", ErrorReason.ROUTE_NOT_FOUND],
  ["sample set", ["usual"], "sample set x is not configured; there are: usual", ErrorReason.WORKLOAD_NOT_FOUND],
] as const)("tells which %ss there are", (kind, known, message, reason) => {
  expect(makeNotConfigured(kind, "x", known).refusal).toEqual({ reason, message });
});

test("tells ten names at most", () => {
  const known = Array.from({ length: 11 }, (_, index) => `w${index}`);
  expect(makeNotConfigured("workload", "x", known).message).toMatch(/: w0, .+, w9$/u);
});
