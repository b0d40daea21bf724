import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAttemptBudget, HEDGE_RATES, RETRY_RATES } from "../../src/route/attempt-budget.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("allows one a second on a quiet route", () => {
  const budget = createAttemptBudget(RETRY_RATES);
  const taken = Array.from({ length: 12 }, () => budget.take());
  expect(taken.filter(Boolean)).toHaveLength(10);
  vi.advanceTimersByTime(11_000);
  expect(budget.take()).toBe(true);
});

test("allows a fifth of the attempts besides, and does not grow by its own retries", () => {
  const budget = createAttemptBudget(RETRY_RATES);
  for (let attempt = 0; attempt < 100; attempt += 1) budget.attempted();
  let retryCount = 0;
  while (budget.take()) {
    budget.attempted();
    retryCount += 1;
  }
  expect(retryCount).toBe(30);
});

test("is never exceeded in any 10 s", () => {
  const event = fc.record({
    kind: fc.constantFrom("attempt", "retry", "retry"),
    passMs: fc.constantFrom(0, 0, 1, 90, 999),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200, size: "max" }), (events) => {
      const budget = createAttemptBudget(RETRY_RATES);
      const attemptsAtMs: number[] = [];
      const retriesAtMs: number[] = [];
      for (const { kind, passMs } of events) {
        vi.advanceTimersByTime(passMs);
        const nowMs = performance.now();
        if (kind === "attempt") {
          budget.attempted();
          attemptsAtMs.push(nowMs);
        } else if (budget.take()) {
          retriesAtMs.push(nowMs);
          const inWindow = (atMs: number): boolean => atMs > nowMs - 10_000;
          const allowed = 10 + attemptsAtMs.filter(inWindow).length / 5;
          expect(retriesAtMs.filter(inWindow).length).toBeLessThanOrEqual(allowed);
        }
      }
    }),
  );
});

test("allows one hedge per 10 s on a quiet route, and 5 % of the attempts besides", () => {
  const quiet = createAttemptBudget(HEDGE_RATES);
  expect([quiet.take(), quiet.take()]).toEqual([true, false]);
  const busy = createAttemptBudget(HEDGE_RATES);
  for (let attempt = 0; attempt < 100; attempt += 1) busy.attempted();
  let hedgeCount = 0;
  while (busy.take()) {
    busy.attempted();
    hedgeCount += 1;
  }
  expect(hedgeCount).toBe(6);
});
