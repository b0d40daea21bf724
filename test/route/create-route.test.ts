import { timestampMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  Availability_State as AvailabilityState,
  BreakerState,
  Availability_LimitOrigin as LimitOrigin,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { AdmitOptions, Lease } from "../../src/call/route.ts";
import type { RouteOptions } from "../../src/route/create-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import { standbyRoute } from "./standby-route.ts";

let route: ProtectedRoute;

function start(options: Partial<RouteOptions> = {}): void {
  route?.dispose();
  route = standbyRoute(options);
}

function ask(options: Partial<AdmitOptions> = {}): ReturnType<ProtectedRoute["admit"]> {
  return route.admit({ maxWaitMs: 0, signal: new AbortController().signal, ...options });
}

async function lease(options: Partial<AdmitOptions> = {}): Promise<Lease> {
  const admission = await ask(options);
  if (admission.kind === "refused") throw new Error(admission.message);
  return admission.lease;
}

async function trip(): Promise<void> {
  for (let failure = 0; failure < 3; failure += 1) (await lease()).failed();
}

function state(): AvailabilityState | undefined {
  return route.describe().availability?.state;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  start();
});
afterEach(() => {
  route.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("describes itself and its availability", async () => {
  start({ maxConcurrency: 2 });
  await lease();
  expect(route.describe()).toMatchObject({
    name: "claude-direct",
    provider: "anthropic",
    platform: "anthropic",
    dialect: "anthropic-messages",
    model: "claude-sonnet-5",
    apiVersion: "2023-06-01",
    capabilities: { tools: true },
    availability: {
      state: AvailabilityState.AVAILABLE,
      cause: "",
      breakerState: BreakerState.CLOSED,
      inFlightCount: 1,
      waitingCount: 0,
      maxConcurrency: 2,
      maxConcurrencyOrigin: LimitOrigin.CONFIGURED,
    },
  });
});

describe("refuses", () => {
  const holds: [name: string, hold: () => unknown, reason: SkipReason, state: AvailabilityState, message: string][] = [
    [
      "isolated",
      () => route.isolate("maintenance"),
      SkipReason.ISOLATED,
      AvailabilityState.ISOLATED,
      "isolated: maintenance",
    ],
    [
      "disabled",
      () => route.disable("at-once", "answered 401"),
      SkipReason.DISABLED,
      AvailabilityState.DISABLED,
      "disabled for 300 s more: answered 401",
    ],
    ["open", trip, SkipReason.BREAKER_OPEN, AvailabilityState.OPEN, "breaker open for 10 s more: 3 failures in a row"],
    [
      "cooling down",
      () => route.coolDown(20_000, "answered 429"),
      SkipReason.COOLING_DOWN,
      AvailabilityState.COOLING_DOWN,
      "cooling down for 21 s more: answered 429",
    ],
    [
      "full",
      () => lease(),
      SkipReason.AT_CAPACITY,
      AvailabilityState.FULL,
      "at capacity: 1 of 1 places taken, 0 waiting",
    ],
  ];

  test.each(holds)("while %s, and says so", async (_, hold, reason, expectedState, message) => {
    start({ maxConcurrency: 1 });
    await hold();
    expect(route.refusal()).toMatchObject({ reason, message });
    expect(await ask()).toMatchObject({ kind: "refused", reason, message });
    expect(state()).toBe(expectedState);
    expect(route.describe().availability?.cause).toBe(message.slice(message.indexOf(": ") + 2));
  });

  test("for the first of several reasons", async () => {
    start({ maxConcurrency: 1 });
    const seen: (SkipReason | undefined)[] = [];
    for (const [, hold] of [holds[3], holds[2], holds[1], holds[0]].filter((entry) => entry !== undefined)) {
      if (hold === trip) {
        route.restore();
        await trip();
        route.coolDown(20_000, "answered 429");
      } else {
        await hold();
      }
      seen.push(route.refusal()?.reason);
    }
    expect(seen).toEqual([SkipReason.COOLING_DOWN, SkipReason.BREAKER_OPEN, SkipReason.DISABLED, SkipReason.ISOLATED]);
  });

  test("with the time when to ask again", () => {
    route.coolDown(20_000, "answered 429");
    expect(route.refusal()?.retryAtMs).toBe(Date.now() + 21_000);
    const until = route.describe().availability?.until;
    expect(until && timestampMs(until)).toBe(Date.now() + 21_000);
  });

  test("without a trace: asking for the refusal takes nothing", async () => {
    await trip();
    vi.advanceTimersByTime(10_000);
    for (let asked = 0; asked < 5; asked += 1) expect(route.refusal()).toBeUndefined();
    (await lease()).neutral();
  });

  test("after it was disposed of", async () => {
    route.dispose();
    expect(await ask()).toMatchObject({ kind: "refused", reason: SkipReason.DISABLED });
  });
});

describe("a call that waits for a place", () => {
  test("gets it when it is free", async () => {
    start({ maxConcurrency: 1 });
    const running = await lease();
    const waiting = lease({ maxWaitMs: 2_000 });
    expect(route.describe().availability).toMatchObject({ inFlightCount: 1, waitingCount: 1 });
    running.ok();
    (await waiting).ok();
    expect(route.idle).toBe(true);
  });

  test("is refused at the end of its wait", async () => {
    start({ maxConcurrency: 1 });
    await lease();
    const waiting = ask({ maxWaitMs: 2_000 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await waiting).toMatchObject({ reason: SkipReason.AT_CAPACITY });
  });

  test.each([
    ["rate limited", () => route.coolDown(20_000, "answered 429"), SkipReason.COOLING_DOWN],
    ["disabled", () => route.disable("at-once", "answered 401"), SkipReason.DISABLED],
    ["isolated", () => route.isolate("maintenance"), SkipReason.ISOLATED],
  ])("does not wait on once the route is %s", async (_, hold, reason) => {
    start({ maxConcurrency: 1 });
    await lease();
    const waiting = ask({ maxWaitMs: 2_000 });
    hold();
    expect(await waiting).toMatchObject({ kind: "refused", reason });
    expect(route.describe().availability?.inFlightCount).toBe(1);
  });

  test("gets no place that is freed by the failure that opens the breaker", async () => {
    start({ maxConcurrency: 3 });
    const running = [await lease(), await lease(), await lease()];
    const waiting = [ask({ maxWaitMs: 2_000 }), ask({ maxWaitMs: 2_000 }), ask({ maxWaitMs: 2_000 })];
    for (const failing of running) failing.failed();
    const [first, second, third] = await Promise.all(waiting);
    expect([first?.kind, second?.kind]).toContain("refused");
    expect(third).toMatchObject({ kind: "refused", reason: SkipReason.BREAKER_OPEN });
    for (const admission of [first, second]) if (admission?.kind === "admitted") admission.lease.neutral();
    expect(route.idle).toBe(true);
  });
});

test("frees the place at the first verdict only", async () => {
  const first = await lease();
  await lease();
  first.ok();
  first.failed();
  first.neutral();
  expect(route.describe().availability?.inFlightCount).toBe(1);
});

test("goes from open over probing to available, and tells every change", async () => {
  const states: (AvailabilityState | undefined)[] = [];
  start({ onChange: () => states.at(-1) !== state() && states.push(state()) });
  await trip();
  vi.advanceTimersByTime(10_000);
  const probe = await lease();
  expect(await ask()).toMatchObject({ reason: SkipReason.BREAKER_OPEN, retryAtMs: undefined });
  for (let piece = 0; piece < 32; piece += 1) probe.contentArrived(performance.now());
  expect(states).toEqual([
    AvailabilityState.AVAILABLE,
    AvailabilityState.OPEN,
    AvailabilityState.PROBING,
    AvailabilityState.AVAILABLE,
  ]);
});

test("lets an early call through an open breaker", async () => {
  await trip();
  const early = await lease({ early: true });
  expect(await ask({ early: true })).toMatchObject({ reason: SkipReason.BREAKER_OPEN });
  early.ok();
  await lease();
});

test.each([
  ["cooldown", () => route.coolDown(10_000, "answered 429"), 10_500, AvailabilityState.AVAILABLE],
  ["disabling", () => route.disable("at-once", "answered 401"), 300_000, AvailabilityState.PROBING],
  ["isolation with an end", () => route.isolate("", Date.now() + 7_200_000), 7_200_000, AvailabilityState.AVAILABLE],
])("tells when a %s is over, and since when", (_, hold, lengthMs, after) => {
  let changeCount = 0;
  start({ onChange: () => (changeCount += 1) });
  hold();
  vi.advanceTimersByTime(lengthMs - 1);
  expect(changeCount).toBe(1);
  vi.advanceTimersByTime(1);
  expect(changeCount).toBe(2);
  vi.advanceTimersByTime(5_000);
  const { state: overall, since } = route.describe().availability ?? {};
  expect(overall).toBe(after);
  expect(since && timestampMs(since)).toBe(Date.now() - 5_000);
});

test("rests for 15 min at most, however long it is asked to", () => {
  route.coolDown(86_400_000, "answered 429");
  vi.advanceTimersByTime(900_000);
  expect(route.refusal()?.reason).toBe(SkipReason.COOLING_DOWN);
  vi.advanceTimersByTime(45_000);
  expect(route.refusal()).toBeUndefined();
});

test("is disabled by three 403 in a row, and tested by one call after 5 min", async () => {
  for (let answer = 0; answer < 3; answer += 1) {
    const attempt = await lease();
    route.disable("forbidden", "answered 403");
    attempt.neutral();
  }
  expect(state()).toBe(AvailabilityState.DISABLED);
  vi.advanceTimersByTime(300_000);
  const probe = await lease();
  expect(await ask()).toMatchObject({ reason: SkipReason.DISABLED });
  expect(state()).toBe(AvailabilityState.PROBING);
  probe.ok();
  expect(state()).toBe(AvailabilityState.AVAILABLE);
});

test("passes over a success behind another verdict", async () => {
  for (let answer = 0; answer < 3; answer += 1) {
    const attempt = await lease();
    route.disable("forbidden", "answered 403");
    attempt.neutral();
    attempt.ok();
  }
  expect(state()).toBe(AvailabilityState.DISABLED);
});

test.each([
  ["begins anew behind a success", "ok", 5_250],
  ["goes on behind a verdict that says nothing", "neutral", 10_500],
] as const)("the backoff of its cooldown %s", async (_, verdict, lengthMs) => {
  route.coolDown(undefined, "answered 429");
  vi.advanceTimersByTime(6_000);
  (await lease())[verdict]();
  route.coolDown(undefined, "answered 429");
  expect(route.refusal()?.retryAtMs).toBe(Date.now() + lengthMs);
});

test("tells running attempts of an isolation, until they ask no more", () => {
  const heard: string[] = [];
  const listen = (reason: string): unknown => heard.push(reason);
  const leave = route.onIsolated(listen);
  route.onIsolated(listen);
  route.isolate("maintenance");
  leave();
  route.isolate("again");
  expect(heard).toEqual(["maintenance", "maintenance", "again"]);
});

test("is restored from everything at once", async () => {
  await trip();
  route.isolate("maintenance");
  route.coolDown(20_000, "answered 429");
  route.disable("at-once", "answered 401");
  route.restore();
  expect(route.refusal()).toBeUndefined();
  expect(state()).toBe(AvailabilityState.AVAILABLE);
});

test("keeps its limits when the wall clock jumps", () => {
  route.coolDown(20_000, "answered 429");
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(route.refusal()?.reason).toBe(SkipReason.COOLING_DOWN);
  vi.advanceTimersByTime(21_000);
  expect(route.refusal()).toBeUndefined();
});

test("slow-starts as a backup that takes over", async () => {
  for (let attempt = 0; attempt < 16; attempt += 1) await lease({ asBackup: true });
  expect(await ask({ asBackup: true })).toMatchObject({ reason: SkipReason.AT_CAPACITY });
  expect(route.describe().availability?.maxConcurrencyOrigin).toBe(LimitOrigin.SLOW_START);
});

test("takes retries from its budget", async () => {
  for (let attempt = 0; attempt < 50; attempt += 1) (await lease()).neutral();
  let retryCount = 0;
  while (route.takeRetry()) {
    (await lease()).neutral();
    retryCount += 1;
  }
  expect(retryCount).toBe(20);
});

test("closes its upstream once", () => {
  const closeUpstream = vi.fn<() => void>();
  start({ closeUpstream });
  route.dispose();
  route.dispose();
  expect(closeUpstream).toHaveBeenCalledTimes(1);
});
