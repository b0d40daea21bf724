import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { asked, type Guarded, guarded, trip } from "./guarded.ts";
import { type Beat, cutsAfter, engine, failed, OPENED, pick, plan, type Seen, says, start } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const DOWN = [failed("server-error", { status: 503 })];

function skipsOf(seen: Seen): (readonly [string, SkipReason])[] {
  return seen.refusal?.report?.skips.map(({ route: name, reason }) => [name, reason] as const) ?? [];
}

describe("with every breaker open, a call", () => {
  test("asks the route that is due soonest, and no other", async () => {
    const [a, b, c] = [guarded("a", says("No.")), guarded("b", says("Hello.")), guarded("c", says("No."))];
    await trip(b);
    await pass(1_000);
    await trip(a);
    await trip(c);
    const seen = start(plan([a.route, b.route, c.route]));
    await pass(10);
    expect(seen.text).toBe("Hello.");
    expect(asked(a, b, c)).toEqual([0, 1, 0]);
    expect(pick(seen, "completed")[0]?.skips).toMatchObject([{ route: "a" }, { route: "c" }]);
  });

  test.each<[string, Beat[]]>([
    ["at once with an error that is worth a retry", DOWN],
    ["because it is unreachable", [failed("unreachable")]],
    ["with a rate limit that is worth a wait", [failed("rate-limited", { retryAfterMs: 500 })]],
    ["with a refusal of the request's form", [failed("signature-refused", { status: 400 })]],
    ["in the middle", cutsAfter("Once ")],
  ])("asks it once, also where it fails %s", async (_, script) => {
    const [a, b] = [guarded("a", script, says("No.")), guarded("b", says("No."))];
    await trip(a);
    await pass(1_000);
    await trip(b);
    const seen = start(plan([a.route, b.route]));
    await pass(2_000);
    expect(seen.ended).toBe(true);
    expect(asked(a, b)).toEqual([1, 0]);
    expect(seen.refusal?.report?.attempts).toHaveLength(1);
    expect(skipsOf(seen)).toEqual([["b", SkipReason.BREAKER_OPEN]]);
  });

  test("asks it once, also where it becomes due meanwhile", async () => {
    const a = guarded("a", DOWN, says("No."));
    const openMs = await trip(a);
    await pass(openMs - 40);
    const seen = start(plan([a.route]));
    await pass(2_000);
    expect(seen.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
    expect(asked(a)).toEqual([1]);
  });

  test("waits for no retry", async () => {
    const a = guarded("a", [failed("rate-limited", { retryAfterMs: 500 })], says("No."));
    await trip(a);
    const seen = start(plan([a.route]));
    await pass(0);
    expect(seen.refusal?.report?.attempts).toHaveLength(1);
  });

  test("asks nobody while another call does", async () => {
    const [a, b] = [guarded("a", [OPENED, 5_000, failed("cut")]), guarded("b", says("No."))];
    await trip(a);
    await pass(1_000);
    await trip(b);
    start(plan([a.route, b.route]));
    await pass(10);
    const second = start(plan([a.route, b.route]));
    await pass(10);
    expect(second.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
    expect(asked(a, b)).toEqual([1, 0]);
  });
});

const silent: Beat[] = [OPENED, Number.POSITIVE_INFINITY];

/** Lets three answers of each route fall silent. */
async function silence(running: ReturnType<typeof engine>, ...routes: readonly Guarded[]): Promise<void> {
  for (const each of routes) for (let call = 0; call < 3; call++) start(plan([each.route]), undefined, running);
  await pass(4_010);
}

describe("a silent route", () => {
  test("that was asked after all and failed is no reason to probe another", async () => {
    const running = engine();
    const [a, b] = [guarded("a", silent, silent, silent, DOWN, DOWN), guarded("b", says("No."))];
    await silence(running, a);
    await trip(b);
    const late = start(plan([a.route, b.route]), undefined, running);
    await pass(2_000);
    expect(late.ended).toBe(true);
    expect(asked(b)).toEqual([0]);
  });

  test("whose breaker opens by its failure is not probed by the same call", async () => {
    const running = engine();
    const [a, b] = [guarded("a", silent, silent, silent, DOWN, says("No.")), guarded("b", says("No."))];
    await silence(running, a);
    await trip(b);
    const late = start(plan([a.route, b.route]), undefined, running);
    await pass(10);
    await trip(a);
    await pass(2_000);
    expect(late.refusal?.reason).toBe(ErrorReason.ALL_ROUTES_FAILED);
    expect(asked(a, b)).toEqual([4, 0]);
  });

  test("that may not be asked leaves the next one its turn", async () => {
    const running = engine();
    const [a, b] = [guarded("a", silent), guarded("b", silent, silent, silent, says("Hello."))];
    const c = guarded("c", says("No."));
    await silence(running, a, b);
    await trip(c);
    a.route.coolDown(60_000, "answered 429");
    const late = start(plan([a.route, b.route, c.route]), undefined, running);
    await pass(10);
    expect(late.text).toBe("Hello.");
    expect(asked(c)).toEqual([0]);
  });

  test("is told as what refused it in the end", async () => {
    const running = engine();
    const [a, b] = [guarded("a", silent), guarded("b", says("No."))];
    await silence(running, a);
    await trip(b);
    a.route.coolDown(60_000, "answered 429");
    const late = start(plan([a.route, b.route]), undefined, running);
    await pass(10);
    expect(skipsOf(late)).toEqual([
      ["a", SkipReason.COOLING_DOWN],
      ["b", SkipReason.BREAKER_OPEN],
    ]);
    expect(asked(b)).toEqual([0]);
  });
});
