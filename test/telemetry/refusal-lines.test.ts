import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createRefusalLines, type RefusalCounts } from "../../src/telemetry/refusal-lines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function takeMany(count: number, outcome: string, take: (outcome: string) => boolean): number {
  return Array.from({ length: count }, () => take(outcome)).filter(Boolean).length;
}

test("twenty a second have lines of their own, and the others are counted by outcome", () => {
  const told: RefusalCounts[] = [];
  const { take } = createRefusalLines((counts) => void told.push(counts));
  expect(takeMany(25, "overloaded", take)).toBe(20);
  expect(takeMany(3, "caller_unknown", take)).toBe(0);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([{ overloaded: 5, caller_unknown: 3 }]);
  expect(takeMany(1, "overloaded", take)).toBe(1);
});

test("where all have had a line nothing is told", () => {
  const told: RefusalCounts[] = [];
  const { take } = createRefusalLines((counts) => void told.push(counts));
  takeMany(20, "overloaded", take);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
});
