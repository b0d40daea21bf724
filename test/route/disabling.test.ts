import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDisabling, type Disabling } from "../../src/route/disabling.ts";

let disabling: Disabling;

beforeEach(() => {
  vi.useFakeTimers();
  disabling = createDisabling();
});
afterEach(() => vi.useRealTimers());

function turnOffUntilDue(): void {
  disabling.disable("at-once", "key refused");
  vi.advanceTimersByTime(300_000);
}

test("goes off at once for 5 min, then lets one call at a time test the route", () => {
  disabling.disable("at-once", "key refused");
  vi.advanceTimersByTime(299_999);
  expect(disabling.hold()).toMatchObject({ cause: "key refused", probing: false });
  vi.advanceTimersByTime(1);
  expect(disabling.hold()).toBeUndefined();
  expect(disabling.probing).toBe(true);
  const probe = disabling.admit();
  expect(disabling.hold()).toMatchObject({ probing: true });
  probe.ok();
  expect(disabling.hold()).toBeUndefined();
  expect(disabling.probing).toBe(false);
});

test("goes off at the third 403 in a row", () => {
  disabling.disable("forbidden", "forbidden");
  disabling.disable("forbidden", "forbidden");
  expect(disabling.hold()).toBeUndefined();
  disabling.disable("forbidden", "forbidden");
  expect(disabling.hold()).toBeDefined();
});

test("starts the count of 403 anew after a success", () => {
  disabling.disable("forbidden", "forbidden");
  disabling.disable("forbidden", "forbidden");
  disabling.admit().ok();
  disabling.disable("forbidden", "forbidden");
  disabling.disable("forbidden", "forbidden");
  expect(disabling.hold()).toBeUndefined();
});

test.each(["at-once", "forbidden"] as const)(
  "goes off for 5 min more when the test meets the same error: %s",
  (kind) => {
    turnOffUntilDue();
    const probe = disabling.admit();
    disabling.disable(kind, "key refused");
    probe.neutral();
    expect(disabling.hold()).toMatchObject({ untilMs: performance.now() + 300_000, probing: false });
  },
);

test("frees the test's place when the test says nothing", () => {
  turnOffUntilDue();
  disabling.admit().neutral();
  expect(disabling.hold()).toBeUndefined();
  expect(disabling.probing).toBe(true);
});

test("does not go on by the success of a test that another error overtook", () => {
  turnOffUntilDue();
  const probe = disabling.admit();
  disabling.disable("at-once", "key refused");
  probe.ok();
  expect(disabling.hold()).toBeDefined();
});

test("goes on at the 32nd piece of content of the test", () => {
  turnOffUntilDue();
  const probe = disabling.admit();
  for (let piece = 0; piece < 31; piece += 1) probe.contentArrived();
  expect(disabling.probing).toBe(true);
  probe.contentArrived();
  expect(disabling.probing).toBe(false);
});

test("does not go on by the success of an attempt from before", () => {
  const stale = disabling.admit();
  turnOffUntilDue();
  stale.ok();
  expect(disabling.probing).toBe(true);
});
