import { create } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigSchema, RequireApproval, WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { RouteApproval_State as State } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { makeApprovals } from "../../src/plan/approvals.ts";
import { checkApprovals } from "../../src/plan/check-approvals.ts";

const workloads = { summaries: create(WorkloadSchema, { primary: "direct", backups: ["azure", "other"] }) };

/** Approves `azure` for an hour; its shape is `now`. */
function approve(required: RequireApproval, shapeSha256 = "now") {
  const expiresAtMs = Date.now() + 3_600_000;
  const granted = [{ workload: "summaries", route: "azure", expiresAtMs, shapeSha256 }];
  return makeApprovals({ required, workloads, granted, shapeOf: () => "now" });
}

afterEach(() => void vi.useRealTimers());

describe("an approval", () => {
  test.each([
    ["counts for its workload and route", "summaries", "azure", State.APPROVED],
    ["does not count for another route", "summaries", "other", State.MISSING],
    ["does not count for another workload", "mails", "azure", State.MISSING],
    ["does not count without a workload", "", "azure", State.MISSING],
    ["is not needed by the primary", "summaries", "direct", State.NOT_REQUIRED],
    ["does not count for a name that every object has", "constructor", "azure", State.MISSING],
  ])("%s", (_, workload, route, state) => {
    expect(approve(RequireApproval.ENFORCE).of(workload, route).state).toBe(state);
  });

  test("is stale once what shapes the answers has changed", () => {
    const { state, problem } = approve(RequireApproval.ENFORCE, "before").of("summaries", "azure");
    expect(state).toBe(State.STALE);
    expect(problem?.message).toContain("what shapes its answers has changed");
    expect(problem?.mend).toContain("understudy approve summaries azure");
  });

  test("that is stale stays so when it ends", () => {
    vi.useFakeTimers();
    const approvals = approve(RequireApproval.ENFORCE, "before");
    vi.advanceTimersByTime(3_600_001);
    expect(approvals.of("summaries", "azure").state).toBe(State.STALE);
  });

  test("ends while the server runs", () => {
    vi.useFakeTimers();
    const approvals = approve(RequireApproval.ENFORCE);
    vi.advanceTimersByTime(3_599_999);
    expect(approvals.of("summaries", "azure").state).toBe(State.APPROVED);
    vi.advanceTimersByTime(1);
    expect(approvals.of("summaries", "azure").state).toBe(State.EXPIRED);
  });
});

test.each([
  ["off", RequireApproval.OFF, false, State.NOT_REQUIRED],
  ["warn", RequireApproval.WARN, false, State.MISSING],
  ["nothing, which is warn", RequireApproval.UNSPECIFIED, false, State.MISSING],
  ["enforce", RequireApproval.ENFORCE, true, State.MISSING],
])("require_approval: %s", (_, required, enforced, state) => {
  const approvals = approve(required);
  expect({ enforced: approvals.enforced, state: approvals.of("summaries", "other").state }).toEqual({
    enforced,
    state,
  });
});

test.each([
  [RequireApproval.OFF, []],
  [RequireApproval.WARN, ["other is used all the same: nobody has approved it for workload summaries"]],
  [RequireApproval.ENFORCE, ["other will be passed over: nobody has approved it for workload summaries"]],
])("the check names backups without an approval (%s)", (required, messages) => {
  const config = create(ConfigSchema, { workloads });
  const found = checkApprovals(config, approve(required));
  expect(found.map(({ message }) => message)).toEqual(messages);
  expect(found.map(({ path }) => path)).toEqual(messages.map(() => "workloads.summaries.backups[1]"));
});
