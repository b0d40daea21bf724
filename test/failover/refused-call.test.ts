import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "./pass.ts";
import { failed, hangsAfter, plan, route, says, start } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("when nothing works", () => {
  test("every route failed: the report has all attempts", async () => {
    const down = [[failed("server-error", { status: 503 })]];
    const seen = start(plan([route("a", down, { retries: 0 }), route("b", down, { retries: 0 })]));
    await pass(1_000);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ALL_ROUTES_FAILED,
      report: {
        attempts: [
          { route: "a", upstreamStatus: 503 },
          { route: "b", upstreamStatus: 503 },
        ],
      },
    });
    expect(seen.refusal?.retryAfterMs).toBeGreaterThan(0);
  });

  test("every route rests: the refusal says when to come back", async () => {
    const resting = {
      kind: "refused",
      reason: SkipReason.COOLING_DOWN,
      message: "rests",
      retryAtMs: Date.now() + 7_000,
    } as const;
    const seen = start(plan([route("a", [says("No.")], { admission: resting })]));
    await pass(10);
    expect(seen.events).toEqual([]);
    expect(seen.refusal?.reason).toBe(ErrorReason.COOLING_DOWN);
    expect(seen.refusal?.retryAfterMs).toBeGreaterThan(6_000);
  });

  test("the deadline ends the call and leaves time for the next route before that", async () => {
    const b = route("b", [hangsAfter()]);
    const planned = plan([route("a", [hangsAfter()]), b]);
    const seen = start({ ...planned, deadlineAtMs: planned.startedAtMs + 4_000 });
    await pass(2_001);
    expect(b.requests).toHaveLength(1);
    await pass(2_000);
    expect(seen.refusal?.reason).toBe(ErrorReason.DEADLINE_EXCEEDED);
    expect(b.open).toBe(0);
  });
});

describe("a route that is open", () => {
  const open = { kind: "refused", reason: SkipReason.BREAKER_OPEN, message: "is open", retryAtMs: undefined } as const;

  test("is not probed early for a call that another route was tried for", async () => {
    const a = route("a", [[failed("unreachable")], says("No.")], { readmission: open });
    const b = route("b", [says("No.")], { admission: open });
    const seen = start(plan([a, b]));
    await pass(1_000);
    expect(seen.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
  });
});
