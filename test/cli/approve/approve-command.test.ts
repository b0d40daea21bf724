import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  ComparisonFinishedSchema,
  ComparisonPlannedSchema,
  SampleResultSchema,
  Verdict_Result as VerdictResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { ApproveOptions, RevokeOptions } from "../../../src/cli/approve/approval-options.ts";
import { createProgram } from "../../../src/cli/program.ts";
import type { Report } from "../../../src/cli/report/report.ts";
import { formatReportJson } from "../../../src/cli/report/report.ts";
import { recordTerminal } from "../record-terminal.ts";

const DAY_MS = 24 * 3_600_000;

let report = "";
let folder = "";
beforeEach(() => {
  vi.stubEnv("USER", "mia");
  folder = mkdtempSync(join(tmpdir(), "understudy-approve-"));
  report = join(folder, "report.json");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Writes what `understudy compare --json` writes. */
function writeReport(result: VerdictResult): void {
  const made: Report = {
    workload: "summaries",
    planned: create(ComparisonPlannedSchema, { primary: "direct", backups: ["azure"] }),
    results: [
      create(SampleResultSchema, { sample: "a", route: "azure", attempt: { route: "azure", model: "claude" } }),
      create(SampleResultSchema, { sample: "a", route: "direct", attempt: { route: "direct", model: "other" } }),
    ],
    finished: create(ComparisonFinishedSchema, { verdicts: [{ route: "azure", result }] }),
    samples: [],
    createTimeMs: 0,
  };
  writeFileSync(report, formatReportJson(made, false));
}

const well = () => Promise.resolve(0);

async function run(...args: readonly string[]) {
  const approved: ApproveOptions[] = [];
  const revoked: RevokeOptions[] = [];
  const local = {
    serve: well,
    check: well,
    vendors: well,
    approve: (options: ApproveOptions) => Promise.resolve(approved.push(options) && 0),
    revoke: (options: RevokeOptions) => Promise.resolve(revoked.push(options) && 0),
  };
  const terminal = recordTerminal();
  const code = await createProgram(local, terminal).run(args);
  return { code, approved: approved[0], revoked: revoked[0], stderr: terminal.stderr() };
}

const WHY = ["--reason", "same answers"];

test("approves on a passed comparison for 90 days", async () => {
  writeReport(VerdictResult.PASS);
  const { code, approved } = await run("approve", "summaries", "azure", "--report", report, ...WHY);
  expect(code).toBe(0);
  expect(approved).toMatchObject({ workload: "summaries", route: "azure", approvedBy: "mia", reason: "same answers" });
  expect(approved?.evidence).toMatchObject({ verdict: VerdictResult.PASS, primary: "direct", models: ["claude"] });
  expect(approved?.evidence?.reportSha256).toMatch(/^[0-9a-f]{64}$/u);
  expect((approved?.expiresAtMs ?? 0) - (approved?.approvedAtMs ?? 0)).toBe(90 * DAY_MS);
});

test.each([
  [VerdictResult.FAIL, ["--override"], 7],
  [VerdictResult.INCONCLUSIVE, ["--override", "--expires", "2d"], 2],
  [VerdictResult.PASS, ["--override", "--expires", "26w"], 182],
  [undefined, ["--override"], 7],
] as const)("approves on verdict %s with %s for %i days", async (result, flags, days) => {
  if (result !== undefined) writeReport(result);
  const given = result === undefined ? [] : ["--report", report];
  const { approved } = await run("approve", "summaries", "azure", ...given, ...WHY, ...flags);
  expect((approved?.expiresAtMs ?? 0) - (approved?.approvedAtMs ?? 0)).toBe(days * DAY_MS);
});

test.each([
  [VerdictResult.FAIL, [], "the verdict on azure is FAIL: add --override"],
  [VerdictResult.INCONCLUSIVE, ["--expires", "1d"], "the verdict on azure is INCONCLUSIVE"],
])("does not approve on verdict %s without an override", async (result, flags, message) => {
  writeReport(result);
  await expect(run("approve", "summaries", "azure", "--report", report, ...WHY, ...flags)).rejects.toThrow(message);
});

test.each([
  [["mails", "azure"], "compares workload summaries, not mails"],
  [["summaries", "gpt"], "has no verdict on gpt, but on: azure"],
])("does not take the report on another for %s", async (names, message) => {
  writeReport(VerdictResult.PASS);
  await expect(run("approve", ...names, "--report", report, ...WHY)).rejects.toThrow(message);
});

test("says that a file is not a report without quoting it", async () => {
  writeFileSync(report, "a secret answer");
  const ended = run("approve", "summaries", "azure", "--report", report, ...WHY);
  await expect(ended).rejects.toThrow(/is not a report: write one/u);
  await expect(ended).rejects.not.toThrow("secret");
});

test.each([
  [WHY, "show a comparison: give --report <file>"],
  [["--override"], "say why: give --reason <text>"],
  [[...WHY, "--override", "--expires", "8d"], "an approval ends within 7 days"],
  [[...WHY, "--override", "--expires", "soon"], "from 1h to 366d"],
  [[...WHY, "--override", "--expires", "400d"], "from 1h to 366d"],
  [["--reason", " ", "--override"], "1 to 500 characters"],
])("refuses %j as wrong usage", async (flags, complaint) => {
  const { code, approved, stderr } = await run("approve", "summaries", "azure", ...flags);
  expect(stderr).toContain(complaint);
  expect({ code, approved }).toEqual({ code: 2, approved: undefined });
});

test("lets --by say who approves", async () => {
  const { approved } = await run("approve", "summaries", "azure", ...WHY, "--override", "--by", "the release board");
  expect(approved?.approvedBy).toBe("the release board");
});

test("revokes", async () => {
  const { code, revoked } = await run("revoke", "summaries", "azure", "--config", "x.yaml", "--approvals", "reviewed");
  expect(code).toBe(0);
  expect(revoked).toEqual({ workload: "summaries", route: "azure", config: "x.yaml", approvals: "reviewed" });
});
