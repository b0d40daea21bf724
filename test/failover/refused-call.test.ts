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

describe("the routes that were not asked are told of", () => {
  const down = [[failed("overloaded")]];
  const full = { kind: "refused", reason: SkipReason.AT_CAPACITY, message: "is full", retryAtMs: undefined } as const;

  test.each([
    ["all were asked", {}, /^every route was tried \(/u, []],
    [
      "the attempts were used up",
      { maxAttempts: 1 },
      /^no route that was asked could answer .* b was skipped: the call had made its 1 attempts, max_attempts/u,
      [{ route: "b", reason: SkipReason.NOT_REACHED }],
    ],
  ])("%s", async (_, more, message, skips) => {
    const seen = start(plan([route("a", down), route("b", down)], more));
    await pass(10);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ALL_ROUTES_FAILED,
      message: expect.stringMatching(message),
      report: { skips },
    });
  });

  test("a route that could not be asked", async () => {
    const seen = start(plan([route("a", down), route("b", down, { admission: full })]));
    await pass(10);
    expect(seen.refusal?.message).toMatch(/^no route that was asked could answer/u);
  });

  test("none could be asked", async () => {
    const open = { ...full, reason: SkipReason.ISOLATED };
    const seen = start(plan([route("a", down, { admission: full }), route("b", down, { admission: open })]));
    await pass(10);
    expect(seen.refusal?.message).toMatch(/^no route could be asked/u);
  });

  test("what a route cannot carry stays its reason", async () => {
    const planned = plan([route("a", down), route("b", down)], { maxAttempts: 1 });
    const unsupported = { reason: SkipReason.UNSUPPORTED, message: "does not carry tools", contextTooLong: false };
    const routes = planned.routes.map((each, index) => (index === 1 ? { ...each, unsupported } : each));
    const seen = start({ ...planned, routes });
    await pass(10);
    expect(seen.refusal?.report?.skips).toMatchObject([{ route: "b", message: "does not carry tools" }]);
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
