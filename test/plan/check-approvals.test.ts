import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema, RequireApproval } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { makeApprovals } from "../../src/plan/approvals.ts";
import { checkApprovals } from "../../src/plan/check-approvals.ts";

const config = create(ConfigSchema, {
  workloads: {
    summaries: { primary: "direct", backups: ["azure", "other"] },
    mails: { primary: "azure", backups: ["direct"] },
  },
});

/** Approves `azure` for `summaries` until then. */
function check(required: RequireApproval, expiresAtMs: number, shape = "now") {
  const granted = [{ workload: "summaries", route: "azure", expiresAtMs, shapeSha256: shape }];
  const { workloads } = config;
  return checkApprovals(config, makeApprovals({ required, workloads, granted, shapeOf: () => "now" }));
}

test("tells every backup without an approval, at its place and with what to do", () => {
  expect(check(RequireApproval.ENFORCE, Number.MAX_SAFE_INTEGER)).toEqual([
    {
      path: "workloads.summaries.backups[1]",
      message: "other will be passed over: nobody has approved it for workload summaries",
      mend: "compare it and run `understudy approve summaries other`",
    },
    {
      path: "workloads.mails.backups[0]",
      message: "direct will be passed over: nobody has approved it for workload mails",
      mend: "compare it and run `understudy approve mails direct`",
    },
  ]);
});

test.each([
  ["that ended", 0, "now", "azure is used all the same: its approval for workload summaries ended at 1970-01-01T00"],
  ["of something else", Number.MAX_SAFE_INTEGER, "before", "azure is used all the same: what shapes its answers has"],
])("tells an approval %s", (_, expiresAtMs, shape, message) => {
  expect(check(RequireApproval.WARN, expiresAtMs, shape)[0]?.message).toContain(message);
});

test("tells nothing where no approval is asked for", () => {
  expect(check(RequireApproval.OFF, 0)).toEqual([]);
});
