import { timestampMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { RouteApproval_State as State } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Approvals, Standing } from "../../src/plan/approvals.ts";
import { describeApproval } from "../../src/plan/describe-approval.ts";

function describeStanding(standing: Standing) {
  const asked: string[] = [];
  const of: Approvals["of"] = (workload, route) => {
    asked.push(workload, route);
    return standing;
  };
  return { asked, shown: describeApproval({ enforced: true, of }, "summaries", "azure") };
}

test("shows whose standing it is, its state and its end", () => {
  const { asked, shown } = describeStanding({ state: State.APPROVED, expiresAtMs: 5_500, problem: undefined });
  expect(asked).toEqual(["summaries", "azure"]);
  expect(shown).toMatchObject({ workload: "summaries", route: "azure", state: State.APPROVED, reason: "" });
  expect(shown.expireTime && timestampMs(shown.expireTime)).toBe(5_500);
});

test("shows what is wrong and how to mend it", () => {
  const problem = { message: "nobody has approved it", mend: "compare it" };
  const { shown } = describeStanding({ state: State.MISSING, expiresAtMs: undefined, problem });
  expect(shown).toMatchObject({ state: State.MISSING, reason: "nobody has approved it; compare it" });
  expect(shown.expireTime).toBeUndefined();
});

test("shows the end of what has ended, also at the epoch", () => {
  const { shown } = describeStanding({ state: State.EXPIRED, expiresAtMs: 0, problem: undefined });
  expect(shown.expireTime && timestampMs(shown.expireTime)).toBe(0);
});
