import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCooldown } from "../../src/route/cooldown.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const withoutJitter = (): number => 0;

function restMs(retryAfterMs: number | undefined, random = withoutJitter): number {
  const cooldown = createCooldown(random);
  cooldown.rest(retryAfterMs, "rate limited");
  return (cooldown.hold()?.untilMs ?? 0) - performance.now();
}

test.each([
  [0, 250],
  [-5, 250],
  [250, 250],
  [30_000, 30_000],
  [900_000, 900_000],
  [5_000_000, 900_000],
  [Number.NaN, 5_000],
  [undefined, 5_000],
])("rests after retry-after %s ms for %d ms", (retryAfterMs, expectedMs) => {
  expect(restMs(retryAfterMs)).toBe(expectedMs);
});

test("varies the length upwards only, by at most a tenth", () => {
  expect(restMs(10_000, () => 0)).toBe(10_000);
  expect(restMs(10_000, () => 0.999_999)).toBeCloseTo(11_000, 0);
});

test("never gets shorter, whatever comes", () => {
  const length = fc.option(fc.integer({ min: -1, max: 1_000_000 }), { nil: undefined });
  const random = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(length, fc.nat(20_000), random), { maxLength: 50, size: "max" }), (rests) => {
      let chance = 0;
      const cooldown = createCooldown(() => chance);
      let untilMs = Number.NEGATIVE_INFINITY;
      for (const [retryAfterMs, passMs, nextChance] of rests) {
        chance = nextChance;
        cooldown.rest(retryAfterMs, "rate limited");
        const nextUntilMs = cooldown.hold()?.untilMs ?? 0;
        expect(nextUntilMs).toBeGreaterThanOrEqual(untilMs);
        const askedMs = Math.min(retryAfterMs ?? 0, 900_000);
        expect(nextUntilMs).toBeGreaterThanOrEqual(performance.now() + askedMs);
        untilMs = nextUntilMs;
        vi.advanceTimersByTime(passMs);
        cooldown.succeeded(performance.now());
      }
    }),
  );
});

test("keeps the cause of the longest rest", () => {
  const cooldown = createCooldown(withoutJitter);
  cooldown.rest(60_000, "long");
  cooldown.rest(1_000, "short");
  expect(cooldown.hold()).toMatchObject({ cause: "long" });
});

test("backs off 5, 10, 20, 40, 60, 60 s without a length", () => {
  const cooldown = createCooldown(withoutJitter);
  const lengthsMs = Array.from({ length: 6 }, () => {
    cooldown.rest(undefined, "rate limited");
    const lengthMs = (cooldown.hold()?.untilMs ?? 0) - performance.now();
    vi.advanceTimersByTime(lengthMs);
    expect(cooldown.hold()).toBeUndefined();
    return lengthMs;
  });
  expect(lengthsMs).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

test("counts attempts that meet the limit together once", () => {
  const cooldown = createCooldown(withoutJitter);
  for (let attempt = 0; attempt < 64; attempt += 1) cooldown.rest(undefined, "rate limited");
  expect((cooldown.hold()?.untilMs ?? 0) - performance.now()).toBe(5_000);
});

test.each([
  ["begins anew after a success behind the rest", 5_000, 5_000],
  ["goes on after a success of an attempt from before the rest", 0, 10_000],
])("backoff %s", (_, admittedAfterMs, expectedMs) => {
  const cooldown = createCooldown(withoutJitter);
  const startMs = performance.now();
  cooldown.rest(undefined, "rate limited");
  vi.advanceTimersByTime(6_000);
  cooldown.succeeded(startMs + admittedAfterMs);
  cooldown.rest(undefined, "rate limited");
  expect((cooldown.hold()?.untilMs ?? 0) - performance.now()).toBe(expectedMs);
});
