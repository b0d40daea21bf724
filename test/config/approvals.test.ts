import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApprovalSchema, ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Verdict_Result as VerdictResult } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { approvalsFolder } from "../../src/config/approval-path.ts";
import { parseApproval } from "../../src/config/parse-approval.ts";
import { readApprovals } from "../../src/config/read-approvals.ts";
import { removeApproval, writeApproval } from "../../src/config/write-approval.ts";

const SHAPE = "ab".repeat(32);

const TEXT = `workload: summaries
route: azure
approved_by: mia
reason: same answers
approve_time: 2026-01-01T00:00:00Z
expire_time: 2026-04-01T00:00:00Z
verdict: pass
shape_sha256: ${SHAPE}
`;

function makeApproval(workload: string, route: string, reason = "same answers") {
  return create(ApprovalSchema, {
    workload,
    route,
    approvedBy: "mia",
    reason,
    approveTime: "2026-01-01T00:00:00.000Z",
    expireTime: "2026-04-01T00:00:00.000Z",
    verdict: VerdictResult.PASS,
    reportSha256: "1".repeat(64),
    shapeSha256: SHAPE,
  });
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "understudy-approvals-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("an approval's file", () => {
  test("is read as it was written", () => {
    const reason = 'costs $5, not ${HOME}: "fine" # really';
    const path = writeApproval(join(folder, "new"), makeApproval("summaries", "azure", reason));
    expect(path).toBe(join(folder, "new", "summaries.azure.yaml"));
    expect(readApprovals(join(folder, "new"))).toEqual([
      { workload: "summaries", route: "azure", expiresAtMs: Date.UTC(2026, 3, 1), shapeSha256: SHAPE },
    ]);
  });

  test("stays in its folder whatever the route's name", () => {
    writeApproval(folder, makeApproval("summaries", "local/../../llama"));
    expect(readdirSync(folder)).toEqual(["summaries.local%2F..%2F..%2Fllama.yaml"]);
    expect(readApprovals(folder)).toMatchObject([{ route: "local/../../llama" }]);
  });

  test("is not overwritten by that of another pair of names", () => {
    writeApproval(folder, makeApproval("a.b", "c"));
    expect(() => writeApproval(folder, makeApproval("a", "b.c"))).toThrow(
      "is the approval of route c for workload a.b",
    );
    expect(() => removeApproval(folder, "a", "b.c")).toThrow("rename that file");
  });

  test("is removed once", () => {
    const path = writeApproval(folder, makeApproval("summaries", "azure"));
    expect(removeApproval(folder, "summaries", "azure")).toBe(path);
    expect(removeApproval(folder, "summaries", "azure")).toBeUndefined();
    expect(readApprovals(folder)).toEqual([]);
  });

  test.each([
    ["a passed comparison lets it count to its end", "verdict: pass", Date.UTC(2026, 3, 1)],
    ["a failed one lets it count for 7 days", "verdict: fail", Date.UTC(2026, 0, 8)],
    ["an inconclusive one lets it count for 7 days", "verdict: inconclusive", Date.UTC(2026, 0, 8)],
    ["none lets it count for 7 days", "# verdict: pass", Date.UTC(2026, 0, 8)],
  ])("%s", (_, verdict, expiresAtMs) => {
    expect(parseApproval(TEXT.replace("verdict: pass", verdict), "a.yaml").expiresAtMs).toBe(expiresAtMs);
  });

  test.each([
    ["without its workload", TEXT.replace("workload: summaries\n", ""), /workload: is missing; .*understudy approve/],
    ["without a reason", TEXT.replace("same answers", '""'), /^a\.yaml:4:\d+: reason: is missing/],
    [
      "with a date for a time",
      TEXT.replace("2026-04-01T00:00:00Z", "2026-04-01"),
      /^a\.yaml:6:\d+: expire_time: is not/,
    ],
    ["with a day that does not exist", TEXT.replace("2026-04-01T", "2026-13-41T"), /expire_time: is not a time/],
    ["with a key that is not known", TEXT.replace("verdict", "verdikt"), /did you mean verdict\?/],
    ["with a hash that is none", TEXT.replace(SHAPE, "abc"), /shape_sha256: is not a SHA-256/],
    ["without anything", "", /the file is empty/],
    ["that is no YAML", "a: [", /^a\.yaml:1:/],
  ])("is refused %s", (_, text, problem) => {
    expect(() => parseApproval(text, "a.yaml")).toThrow(problem);
  });
});

describe("the folder of approvals", () => {
  test.each([
    ["lies beside the configuration", {}, "/etc/understudy/approvals"],
    ["may have another name", { approvals: "reviewed" }, "/etc/understudy/reviewed"],
    ["may lie elsewhere", { approvals: "/srv/approvals" }, "/srv/approvals"],
  ])("%s", (_, config, expected) => {
    expect(approvalsFolder(create(ConfigSchema, config), "/etc/understudy/understudy.yaml")).toBe(expected);
  });

  test("need not exist", () => {
    expect(readApprovals(join(folder, "nowhere"))).toEqual([]);
  });

  test("may hold other files", () => {
    writeFileSync(join(folder, "README.md"), "who approves what");
    mkdirSync(join(folder, "old"));
    expect(readApprovals(folder)).toEqual([]);
  });

  test("cannot be a file", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => readApprovals(join(folder, "file"))).toThrow(/ENOTDIR.*check approvals/);
  });
});
