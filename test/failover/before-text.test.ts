import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AttemptOutcome, ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason, SwitchMode, SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "./pass.ts";
import { type Beat, failed, OPENED, pick, plan, route, says, start } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("before any text", () => {
  test.each([
    ["server-error", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["overloaded", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["rate-limited", SwitchReason.RATE_LIMITED, AttemptOutcome.RATE_LIMITED, "neutral"],
    ["unauthenticated", SwitchReason.MISCONFIGURED, AttemptOutcome.MISCONFIGURED, "neutral"],
    ["connect-timeout", SwitchReason.TIMED_OUT, AttemptOutcome.TIMED_OUT, "failed"],
    ["malformed", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
    ["truncated", SwitchReason.FAILED, AttemptOutcome.FAILED, "failed"],
  ] as const)("%s restarts on the backup", async (kind, reason, outcome, verdict) => {
    const a = route("a", [[failed(kind)]], { retries: 0 });
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([
      { from: "a", to: "b", reason, mode: SwitchMode.RESTARTED, atUtf8Byte: 0n },
    ]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ route: "a", outcome }, { route: "b" }]);
    expect(a.verdicts).toEqual([verdict]);
  });

  test("a silent primary is left at the first-token timeout", async () => {
    const seen = start(plan([route("a", [[OPENED, Number.POSITIVE_INFINITY]]), route("b", [says("Hello.")])]));
    await pass(11_999);
    expect(seen.text).toBe("");
    await pass(2);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ reason: SwitchReason.TIMED_OUT, gap: { seconds: 12n } }]);
  });

  test("pings are no progress", async () => {
    const pings = Array.from({ length: 20 }, () => [1_000, { kind: "alive" as const }]).flat();
    const seen = start(
      plan([route("a", [[OPENED, ...pings, Number.POSITIVE_INFINITY]]), route("b", [says("Hello.")])]),
    );
    await pass(12_001);
    expect(seen.text).toBe("Hello.");
  });

  test("a block of thoughts that is not shown is progress, and has the time of thoughts", async () => {
    const thinks: Beat[] = [OPENED, { kind: "reasoningBegan" }, 100_000, ...says("Hello.")];
    const seen = start(plan([route("a", [thinks]), route("b", [says("No.")])]));
    await pass(100_100);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ timeToFirstProgress: { seconds: 0n } }]);
  });

  test("a quick server error is asked again once on the same route, without an event", async () => {
    const a = route("a", [[failed("server-error", { status: 503 })], says("Hello.")]);
    const seen = start(plan([a, route("b", [says("Other.")])]));
    await pass(200);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toEqual([]);
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([{ retry: false }, { retry: true, route: "a" }]);
  });

  test("a slow server error is not asked again", async () => {
    const seen = start(
      plan([route("a", [[2_500, failed("server-error", { status: 503 })]]), route("b", [says("Hello.")])]),
    );
    await pass(2_501);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.attempts).toHaveLength(2);
  });

  test("a short Retry-After is waited for on the same route", async () => {
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 700 })], says("Hello.")]);
    const seen = start(plan([a, route("b", [says("Other.")])]));
    await pass(699);
    expect(seen.text).toBe("");
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual([]);
  });

  test("a short Retry-After rests the route after all where it may not be asked again", async () => {
    const full = { kind: "refused", reason: SkipReason.AT_CAPACITY, message: "is full", retryAtMs: undefined } as const;
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 700 })]], { readmission: full });
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(710);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual(["cooled down 700"]);
  });

  test("a longer Retry-After rests the route and asks the backup at once", async () => {
    const a = route("a", [[failed("rate-limited", { retryAfterMs: 30_000 })]]);
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(a.effects).toEqual(["cooled down 30000"]);
  });

  test.each(["server-error", "overloaded", "try-again"] as const)(
    "a %s that names a time rests the route and is not asked again before it",
    async (kind) => {
      const a = route("a", [[failed(kind, { status: 503, retryAfterMs: 500 })]]);
      const seen = start(plan([a, route("b", [says("Hello.")])]));
      await pass(10);
      expect(seen.text).toBe("Hello.");
      expect(a.requests).toHaveLength(1);
      expect(a.effects).toEqual(["cooled down 500"]);
      expect(a.verdicts).toEqual(["failed"]);
    },
  );

  const REFUSED = [failed("invalid-request", { status: 400 })];

  test("a route that refuses the request is passed over for the next", async () => {
    const a = route("a", [REFUSED]);
    const seen = start(plan([a, route("b", [says("Hello.")])]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(a.verdicts).toEqual(["neutral"]);
  });

  test("a request that every route refuses is the caller's to mend", async () => {
    const seen = start(plan([route("a", [REFUSED]), route("b", [REFUSED])]));
    await pass(10);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.INVALID_REQUEST,
      message: expect.stringMatching(/^every route that was asked refused the request/u),
    });
  });

  test("a request that one route refuses while the other is down may work later", async () => {
    const seen = start(plan([route("a", [[failed("overloaded")]]), route("b", [REFUSED])]));
    await pass(10);
    expect(seen.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
  });

  test("a content filter is not routed around unless the policy says so", async () => {
    const routes = [route("a", [[failed("content-filtered")]]), route("b", [says("Hello.")])];
    const refused = start(plan(routes));
    const rerouted = start(plan(routes, { reroutesContentFilter: true }));
    await pass(10);
    expect(refused.refusal?.reason).toBe(ErrorReason.CONTENT_FILTERED);
    expect(rerouted.text).toBe("Hello.");
  });

  test("a conversation that is too long goes only to a larger window", async () => {
    const small = route("small", [[failed("context-too-long")]], { capabilities: { contextWindowTokens: 8_000n } });
    const same = route("same", [says("No.")], { capabilities: { contextWindowTokens: 8_000n } });
    const large = route("large", [says("Hello.")], { capabilities: { contextWindowTokens: 200_000n } });
    const seen = start(plan([small, same, large]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.skips).toMatchObject([{ route: "same", reason: SkipReason.UNSUPPORTED }]);
  });
});
