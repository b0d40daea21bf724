import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema, Dialect, Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Verdict_Result as VerdictResult } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { makeApproval } from "../../src/plan/make-approval.ts";

const config = create(ConfigSchema, {
  providers: { local: { platform: Platform.COMPATIBLE, dialect: Dialect.OPENAI_CHAT, endpoint: "http://127.0.0.1:1" } },
  routes: { direct: { provider: "local", model: "a" }, azure: { provider: "local", model: "b" } },
  workloads: { summaries: { primary: "direct", backups: ["azure"] } },
});
config.providers["local"]?.allowModels.push("llama-*");

const evidence = { verdict: VerdictResult.PASS, reportSha256: "1".repeat(64), primary: "direct", models: ["b"] };

function approve(changes: Partial<Parameters<typeof makeApproval>[0]> = {}) {
  const people = { approvedBy: "mia", reason: "same answers", approvedAtMs: 0, expiresAtMs: 3_600_000 };
  return makeApproval({ workload: "summaries", route: "azure", ...people, evidence, ...changes }, config);
}

test("an approval tells who, when, on what and of what", () => {
  expect(approve()).toMatchObject({
    approvedBy: "mia",
    approveTime: "1970-01-01T00:00:00.000Z",
    expireTime: "1970-01-01T01:00:00.000Z",
    verdict: VerdictResult.PASS,
    reportSha256: "1".repeat(64),
    shapeSha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
  });
});

test("a model of a provider can be approved", () => {
  expect(approve({ route: "local/llama-3", evidence: undefined }).route).toBe("local/llama-3");
});

test.each([
  ["the report has another primary", { evidence: { ...evidence, primary: "old" } }, "the report compares with old"],
  ["the report has another model", { evidence: { ...evidence, models: ["b", "c"] } }, "the report is on model c"],
  ["the workload is not configured", { workload: "mails" }, "workload mails is not configured"],
  ["the route is not configured", { route: "gpt" }, "route gpt is not configured"],
  ["the model is not allowed", { route: "local/qwen" }, "route local/qwen is not configured"],
  ["the route is the primary", { route: "direct" }, "needs no approval"],
])("nothing is approved where %s", (_, changes, message) => {
  expect(() => approve(changes)).toThrow(message);
});
