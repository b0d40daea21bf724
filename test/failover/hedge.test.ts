import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ReasoningOptionsSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, ErrorReason, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason, SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { pass } from "./pass.ts";
import {
  type Beat,
  cutsAfter,
  failed,
  finished,
  hangsAfter,
  OPENED,
  pick,
  plan,
  type RouteTraits,
  request,
  route,
  says,
  start,
  text,
  toolCall,
} from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The suspect limit before the first token. */
const SUSPECT_MS = 4_000;

const thinks = (words: string): Beat => ({ kind: "reasoning", text: words });
const silent = (): Beat[] => [OPENED, Number.POSITIVE_INFINITY];

function stage(first: Beat[], second: Beat[], traits: RouteTraits = {}) {
  const a = route("a", [first], { retries: 0 });
  const b = route("b", [second], traits);
  const reasoning = create(ReasoningOptionsSchema, { include: true });
  const seen = start(plan([a, b], { hedges: true, request: request({ reasoning }) }));
  return { a, b, seen };
}

describe("a hedge", () => {
  test("starts on the backup when the primary is suspected, and not before", async () => {
    const { b, seen } = stage(silent(), says("Hello."));
    await pass(SUSPECT_MS - 1);
    expect(b.requests).toHaveLength(0);
    await pass(2);
    expect(b.requests).toHaveLength(1);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ from: "a", to: "b", reason: SwitchReason.HEDGE_WON }]);
  });

  test("is off unless the plan asks for it", async () => {
    const b = route("b", [says("Hello.")]);
    start(plan([route("a", [silent()]), b]));
    await pass(SUSPECT_MS + 100);
    expect(b.requests).toHaveLength(0);
  });

  test("aborts the loser in the tick in which the winner speaks, and pays for both", async () => {
    const { a, seen } = stage(silent(), [OPENED, 300, text("Hello."), 100, finished()]);
    await pass(SUSPECT_MS + 301);
    expect(seen.text).toBe("Hello.");
    expect(a.open).toBe(0);
    await pass(200);
    expect(pick(seen, "completed")).toMatchObject([
      {
        attempts: [
          {
            route: "a",
            outcome: AttemptOutcome.HEDGE_LOST,
            hedge: false,
            usage: { source: UsageSource.ESTIMATED, inputTokens: 7n },
          },
          { route: "b", outcome: AttemptOutcome.COMPLETED, hedge: true },
        ],
        servedBy: [{ route: "b" }],
        wastedUsage: { inputTokens: 7n },
      },
    ]);
  });

  test.each([
    ["made no progress at all is blamed", silent(), "failed"],
    ["only reasoned is not", [OPENED, thinks("Hm."), Number.POSITIVE_INFINITY], "neutral"],
  ])("a suspected primary that loses and %s", async (_, script, verdict) => {
    const { a, seen } = stage(script, says("Hello."));
    // The reasoning gap has its own suspect limit.
    await pass(45_010);
    expect(seen.text).toBe("Hello.");
    expect(a.verdicts).toEqual([verdict]);
  });

  test("that loses costs its route nothing, and its output never leaks", async () => {
    const { b, seen } = stage(
      [OPENED, SUSPECT_MS + 500, text("Mine."), finished()],
      [OPENED, thinks("a secret thought"), Number.POSITIVE_INFINITY],
    );
    await pass(SUSPECT_MS + 600);
    expect(seen.text).toBe("Mine.");
    expect(b.verdicts).toEqual(["neutral"]);
    expect(b.open).toBe(0);
    expect(pick(seen, "routeSwitched")).toEqual([]);
    expect(pick(seen, "reasoningDelta")).toEqual([]);
  });

  test("that wins delivers what it held, its reasoning first", async () => {
    const { seen } = stage(silent(), [OPENED, thinks("Hm."), 50, text("Hello."), finished()]);
    await pass(SUSPECT_MS + 100);
    expect(seen.events.map(({ event }) => event.case)).toEqual([
      "started",
      "routeSwitched",
      "reasoningDelta",
      "textDelta",
      "completed",
    ]);
  });

  test("a whole tool call wins as text does", async () => {
    const { a, seen } = stage(silent(), [OPENED, toolCall("one"), finished()]);
    await pass(SUSPECT_MS + 100);
    expect(pick(seen, "toolCall")).toMatchObject([{ id: "one" }]);
    expect(a.open).toBe(0);
  });

  test("goes on alone when the primary fails", async () => {
    const { seen } = stage([OPENED, SUSPECT_MS + 200, failed("cut")], [OPENED, 1_000, ...says("Hello.").slice(1)]);
    await pass(SUSPECT_MS + 1_100);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
      { outcome: AttemptOutcome.FAILED },
      { outcome: AttemptOutcome.COMPLETED, hedge: true },
    ]);
  });

  test("that fails changes nothing for the primary", async () => {
    const { b, seen } = stage([OPENED, SUSPECT_MS + 500, text("Mine."), finished()], [failed("overloaded")]);
    await pass(SUSPECT_MS + 600);
    expect(seen.text).toBe("Mine.");
    expect(b.verdicts).toEqual(["failed"]);
    expect(pick(seen, "routeSwitched")).toEqual([]);
  });

  test("does not go on when a content filter refuses the primary", async () => {
    const { b, seen } = stage([5_000, failed("content-filtered")], silent());
    await pass(5_001);
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.CONTENT_FILTERED,
      report: { attempts: [{ outcome: AttemptOutcome.CONTENT_FILTERED }, { outcome: AttemptOutcome.HEDGE_LOST }] },
    });
    expect(b.open).toBe(0);
  });

  test.each(["invalid-request", "content-filtered", "unauthenticated"] as const)(
    "that is refused as %s ends alone",
    async (kind) => {
      const { seen } = stage([OPENED, SUSPECT_MS + 500, text("Mine."), finished()], [failed(kind)]);
      await pass(SUSPECT_MS + 600);
      expect(seen.text).toBe("Mine.");
      expect(pick(seen, "routeSwitched")).toEqual([]);
    },
  );

  test("when both fail the third route takes over", async () => {
    const routes = [
      route("a", [[OPENED, SUSPECT_MS + 200, failed("cut")]], { retries: 0 }),
      route("b", [[OPENED, 100, failed("cut")]], { retries: 0 }),
      route("c", [says("Hello.")]),
    ];
    const seen = start(plan(routes, { hedges: true }));
    await pass(SUSPECT_MS + 300);
    expect(seen.text).toBe("Hello.");
    expect(pick(seen, "routeSwitched")).toMatchObject([{ from: "a", to: "c" }]);
  });

  test("when both fail and no route is left the report has both", async () => {
    const { seen } = stage([OPENED, SUSPECT_MS + 200, failed("cut")], [OPENED, 100, failed("cut")]);
    await pass(SUSPECT_MS + 300);
    expect(seen.refusal).toMatchObject({ reason: ErrorReason.ALL_ROUTES_FAILED, report: { attempts: [{}, {}] } });
  });

  test("that lost leaves its route for the day on which the winner breaks down", async () => {
    const a = route("a", [[OPENED, SUSPECT_MS + 500, ...cutsAfter("Once ").slice(1)]], { retries: 0 });
    const b = route("b", [[OPENED, Number.POSITIVE_INFINITY], says("more.")]);
    const seen = start(plan([a, b], { hedges: true }));
    await pass(SUSPECT_MS + 1_500);
    expect(seen.text).toBe("Once more.");
    expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
      { route: "a", outcome: AttemptOutcome.FAILED },
      { route: "b", outcome: AttemptOutcome.HEDGE_LOST },
      { route: "b", outcome: AttemptOutcome.COMPLETED, retry: false, hedge: false },
    ]);
  });
});

describe("a hedge does not start", () => {
  const full = { kind: "refused", reason: SkipReason.AT_CAPACITY, message: "full", retryAtMs: undefined } as const;

  test.each<[string, RouteTraits, object]>([
    ["without budget or with a breaker that is not closed", { hedges: false }, {}],
    ["on a route without room", { admission: full }, {}],
    ["for an input that is billed dearly", {}, { estimatedInputTokens: 32_000 }],
    ["beyond the limit of attempts", {}, { maxAttempts: 1 }],
  ])("%s", async (_, traits, more) => {
    const b = route("b", [says("Hello.")], traits);
    const seen = start(plan([route("a", [silent()]), b], { hedges: true, ...more }));
    await pass(SUSPECT_MS + 100);
    expect(b.requests).toHaveLength(0);
    expect(seen.text).toBe("");
  });

  test("after the first text", async () => {
    const b = route("b", [says("Hello.")]);
    start(plan([route("a", [hangsAfter("Once ")]), b], { hedges: true }));
    await pass(19_000);
    expect(b.requests).toHaveLength(0);
  });

  test("twice for the same attempt", async () => {
    const b = route("b", [[failed("overloaded")]]);
    const c = route("c", [says("Hello.")]);
    start(plan([route("a", [silent()]), b, c], { hedges: true }));
    await pass(11_000);
    expect(b.requests).toHaveLength(1);
    expect(c.requests).toHaveLength(0);
  });
});
