import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { formatReport } from "../../../src/cli/client/failover-report.ts";
import { plain } from "../../../src/cli/terminal/shown-text.ts";

test("tells what a report left out and whether the answer can be resumed", () => {
  const report = create(FailoverReportSchema, {
    omittedAttemptCount: 2,
    omittedSkipCount: 1,
    deliveredBytes: 312n,
    resumable: true,
  });
  expect(formatReport(report, plain, 0)).toEqual([
    "2 older attempts are not shown",
    "1 older skips are not shown",
    "312 bytes of the answer were delivered; a new request with resume.delivered_text can continue the answer",
  ]);
});
