import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { CompletedSchema, RouteSwitchedSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import {
  CostSchema,
  CostSource,
  FailoverReportSchema,
  UsageSchema,
  UsageSource,
} from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode, SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { formatCompleted } from "../../src/cli/format-completed.ts";
import { formatCost } from "../../src/cli/format-cost.ts";
import { formatPrintable } from "../../src/cli/format-printable.ts";
import { formatReport } from "../../src/cli/format-report.ts";
import { formatSwitch } from "../../src/cli/format-switch.ts";
import { formatTable } from "../../src/cli/format-table.ts";
import { formatUsage } from "../../src/cli/format-usage.ts";
import { plain } from "../../src/cli/paint.ts";
import { parseDeadline } from "../../src/cli/parse-duration.ts";
import { parseServerUrl } from "../../src/cli/parse-server-url.ts";
import { makeSwitch } from "./answers.ts";

test.each<[MessageInitShape<typeof CostSchema>, string]>([
  [{ source: CostSource.REPORTED, microUsd: 1230n }, "$0.00123"],
  [{ source: CostSource.REPORTED, microUsd: 1n }, "$0.000001"],
  [{ source: CostSource.REPORTED, microUsd: 2_500_000n }, "$2.50"],
  [{ source: CostSource.REPORTED, microUsd: 0n }, "$0.00"],
  [{ source: CostSource.ESTIMATED, microUsd: 30_000n }, "~$0.03"],
  [{ source: CostSource.UNKNOWN }, "cost unknown"],
  [{ source: CostSource.NONE }, "no cost"],
])("writes the cost %o as %s", (cost, text) => {
  expect(formatCost(create(CostSchema, cost))).toBe(text);
});

test.each<[MessageInitShape<typeof UsageSchema>, string]>([
  [{ source: UsageSource.REPORTED, inputTokens: 120n, outputTokens: 0n }, "120 in, 0 out tokens"],
  [{ source: UsageSource.ESTIMATED, inputTokens: 120n, outputTokens: 9n }, "~120 in, ~9 out tokens"],
  [{ source: UsageSource.REPORTED, inputTokens: 120n }, "120 in, ? out tokens"],
  [{ source: UsageSource.UNKNOWN }, "tokens unknown"],
  [{ source: UsageSource.NONE }, "no tokens"],
])("writes the usage %o as %s", (usage, text) => {
  expect(formatUsage(create(UsageSchema, usage))).toBe(text);
});

test.each<[MessageInitShape<typeof RouteSwitchedSchema>, string]>([
  [makeSwitch(312), "-- switched claude-direct -> claude-on-azure: stalled after 312 bytes, gap 2.1 s --"],
  [
    { from: "a", to: "b", reason: SwitchReason.FAILED, mode: SwitchMode.RESTARTED, gap: durationFromMs(40) },
    "-- switched a -> b: failed before any text, gap 40 ms --",
  ],
  [
    { ...makeSwitch(9), trimmedBytes: 12n },
    "-- switched claude-direct -> claude-on-azure: stalled after 9 bytes, 12 repeated bytes trimmed, gap 2.1 s --",
  ],
])("writes the switch %o", (switched, text) => {
  expect(formatSwitch(create(RouteSwitchedSchema, switched))).toBe(text);
});

test("says how an answer ended that did not end by itself, and what was skipped", () => {
  const completed = create(CompletedSchema, {
    finishReason: FinishReason.LENGTH,
    servedBy: [{ route: "local" }],
    attempts: [{ number: 1 }],
    skips: [{ route: "claude-direct" }],
  });
  expect(formatCompleted(completed, 4200)).toBe(
    "-- local; ended by length; 1 attempt, 1 skipped; tokens unknown; cost unknown; 4.2 s --",
  );
});

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

test("aligns the columns of a table and cuts the last one to fit", () => {
  const rows = [
    ["claude-direct", { text: "open", style: "bad" as const }, "3 failures in a row"],
    ["local", "", "a\nb"],
  ];
  expect(
    formatTable(["ROUTE", "STATE", "CAUSE"], rows, { paint: (style, text) => `<${style} ${text}>`, maxWidth: 30 }),
  ).toEqual([
    "<heading ROUTE>          <heading STATE>  <heading CAUSE>",
    "claude-direct  <bad open>   3 failu…",
    "local          -      a\\u000ab",
  ]);
});

test("shows control characters as text", () => {
  expect(formatPrintable("a\u001b[31mb\u0085ü")).toBe("a\\u001b[31mb\\u0085ü");
});

test.each([
  ["500ms", 500],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("reads %s as %d ms", (text, durationMs) => {
  expect(parseDeadline(text)).toBe(durationMs);
});

test.each(["", "30", "0s", "61m", "-1s", "1 s", "soon"])("does not take %o for a length of time", (text) => {
  expect(() => parseDeadline(text)).toThrow("from 1ms to 1h");
});

test.each([
  ["", "http://127.0.0.1:8080"],
  ["localhost:9000", "http://localhost:9000"],
  ["https://gateway.example/", "https://gateway.example"],
  ["http://[::1]:8080", "http://[::1]:8080"],
])("reads the server %o as %s", (text, url) => {
  expect(parseServerUrl(text)).toBe(url);
});

test.each(["ftp://x", "http://x/path", "http://user@x", "http://", "http://x?y"])(
  "does not take %o for a server",
  (text) => {
    expect(() => parseServerUrl(text)).toThrow("http://HOST:PORT");
  },
);
