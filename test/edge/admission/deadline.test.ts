import { expect, test } from "vitest";

import { clampGrpcTimeout, clampTimeoutMs } from "../../../src/edge/admission/deadline.ts";

test.each([
  ["1H", "1H"],
  ["24H", "24H"],
  ["25H", "24H"],
  ["597H", "24H"],
  ["99999999H", "24H"],
  ["99999999M", "24H"],
  ["99999999S", "24H"],
  ["86400000m", "86400000m"],
  ["99999999m", "24H"],
  ["99999999u", "99999999u"],
  ["99999999n", "99999999n"],
  ["0S", "0S"],
  ["-1S", "-1S"],
  ["soon", "soon"],
  ["999999999S", "999999999S"],
])("a grpc-timeout of %s goes on as %s", (given, clamped) => {
  expect(clampGrpcTimeout(given)).toBe(clamped);
});

test.each([
  ["1", "1"],
  ["86400000", "86400000"],
  ["86400001", "86400000"],
  ["2147483648", "86400000"],
  ["9999999999", "86400000"],
  ["99999999999", "99999999999"],
  ["-1", "-1"],
  ["1.5", "1.5"],
  ["", ""],
])("a connect-timeout-ms of %j goes on as %j", (given, clamped) => {
  expect(clampTimeoutMs(given)).toBe(clamped);
});
