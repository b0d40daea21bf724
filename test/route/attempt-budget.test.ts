import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type AttemptBudget, createAttemptBudget, HEDGE_RATES, RETRY_RATES } from "../../src/route/attempt-budget.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Makes extra attempts until none is left, and counts them. */
function takeAll(budget: AttemptBudget): number {
  let count = 0;
  for (; budget.take(); count += 1) budget.attempted();
  return count;
}

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
  expect(takeAll(budget)).toBe(30);
});

test.each([
  ["attempts of the last ten seconds", 9_999, 30],
  ["none of the second before them, of which only a part is in the window", 10_000, 10],
])("counts %s", (_, passMs, retryCount) => {
  const budget = createAttemptBudget(RETRY_RATES);
  for (let attempt = 0; attempt < 100; attempt += 1) budget.attempted();
  vi.advanceTimersByTime(passMs);
  expect(takeAll(budget)).toBe(retryCount);
});

test.each([
  ["counts its own retries of that second all the same", 10_999, 0],
  ["forgets them with it", 11_000, 10],
])("%s", (_, passMs, retryCount) => {
  const budget = createAttemptBudget(RETRY_RATES);
  expect(takeAll(budget)).toBe(10);
  vi.advanceTimersByTime(passMs);
  expect(takeAll(budget)).toBe(retryCount);
});

test("takes nothing from the budget by a refusal", () => {
  const budget = createAttemptBudget(RETRY_RATES);
  takeAll(budget);
  for (let refused = 0; refused < 100; refused += 1) expect(budget.take()).toBe(false);
  vi.advanceTimersByTime(11_000);
  expect(takeAll(budget)).toBe(10);
});

test("gives one more for each five attempts", () => {
  const budget = createAttemptBudget(RETRY_RATES);
  takeAll(budget);
  for (let attempt = 0; attempt < 4; attempt += 1) budget.attempted();
  expect(budget.take()).toBe(false);
  budget.attempted();
  expect([budget.take(), budget.take()]).toEqual([true, false]);
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
  expect(takeAll(busy)).toBe(6);
});
