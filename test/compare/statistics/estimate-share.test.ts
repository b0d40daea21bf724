import { expect, test } from "vitest";
import { estimateShare, samplesToExclude } from "../../../src/compare/statistics/estimate-share.ts";

test.each([
  // Where nothing, or everything, was seen the limits have a closed form.
  [0, 200, 0, 1 - 0.05 ** (1 / 200)],
  [200, 200, 0.05 ** (1 / 200), 1],
  // Two-sided 90 % intervals of R's binom.test.
  [10, 20, 0.302, 0.698],
  [1, 20, 0.00256, 0.2161],
  [7, 50, 0.0675, 0.2469],
])("limits %i of %i to %f and %f", (count, total, lower, upper) => {
  const estimate = estimateShare(count, total);
  expect(estimate.value).toBeCloseTo(count / total, 12);
  expect(estimate.lower).toBeCloseTo(lower, 3);
  expect(estimate.upper).toBeCloseTo(upper, 3);
});

test.each([
  [0.05, 59],
  [0.02, 149],
  [0.01, 299],
  [1, 1],
])("needs enough clean samples to exclude a share of %f", (limit, samples) => {
  expect(samplesToExclude(limit)).toBe(samples);
  if (limit < 1) {
    expect(estimateShare(0, samples).upper).toBeLessThanOrEqual(limit);
    expect(estimateShare(0, samples - 1).upper).toBeGreaterThan(limit);
  }
});
