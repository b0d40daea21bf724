import { expect, test } from "vitest";
import { createSeededRandom } from "../../../src/compare/seeded-random.ts";
import { estimateMeanRatio } from "../../../src/compare/statistics/estimate-mean-ratio.ts";
import { estimateQuantileRatio, quantile } from "../../../src/compare/statistics/estimate-quantile-ratio.ts";

const RUNS = 1_000;

/** A log-normal time, as latencies are, around `median`. */
function logNormal(random: () => number, median: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
}

test.each([
  [0.5, 100, 0.4],
  [0.95, 100, 0.4],
  [0.95, 200, 0.4],
  [0.95, 200, 1],
])("limits the ratio of the quantiles %f of %i log-normal times with spread %f", (share, count, spread) => {
  let above = 0;
  let below = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = createSeededRandom(BigInt(run), "quantile");
    const primary = Array.from({ length: count }, () => logNormal(random, 800, spread));
    const backup = Array.from({ length: count }, () => logNormal(random, 1_200, spread));
    const estimate = estimateQuantileRatio(primary, backup, share);
    if (estimate === undefined) throw new Error("no estimate");
    if (estimate.upper < 1.5) above++;
    if (estimate.lower > 1.5) below++;
  }
  expect(above).toBeLessThanOrEqual(RUNS * 0.05);
  expect(below).toBeLessThanOrEqual(RUNS * 0.05);
  expect(above + below).toBeGreaterThan(0);
});

test("has no upper limit of a p95 below 59 values", () => {
  const values = Array.from({ length: 59 }, (_, index) => index + 1);
  expect(estimateQuantileRatio(values.slice(1), values.slice(1), 0.95)?.upper).toBe(Number.POSITIVE_INFINITY);
  expect(estimateQuantileRatio(values, values, 0.95)?.upper).toBeLessThan(2);
});

test("takes the value that a share of the values does not exceed", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 3, 2], 0.95)).toBe(4);
  expect(quantile([], 0.5)).toBeUndefined();
});

test("limits the ratio of mean costs of the same samples", () => {
  let above = 0;
  let below = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = createSeededRandom(BigInt(run), "mean");
    const pairs = Array.from({ length: 150 }, () => {
      const size = logNormal(random, 2_000, 0.7);
      return { primary: size * (0.8 + 0.4 * random()), backup: 1.5 * size * (0.8 + 0.4 * random()) };
    });
    const estimate = estimateMeanRatio(pairs);
    if (estimate === undefined) throw new Error("no estimate");
    if (estimate.upper < 1.5) above++;
    if (estimate.lower > 1.5) below++;
  }
  expect(above).toBeLessThanOrEqual(RUNS * 0.05);
  expect(below).toBeLessThanOrEqual(RUNS * 0.05);
  expect(above).toBeGreaterThan(RUNS * 0.02);
});

test.each([
  [[], undefined],
  [[{ primary: 0, backup: 5 }], undefined],
  [[{ primary: 2, backup: 3 }], { value: 1.5, lower: 0, upper: Number.POSITIVE_INFINITY }],
  [Array.from({ length: 10 }, () => ({ primary: 0, backup: 0 })), { value: 1, lower: 1, upper: 1 }],
])("knows what few or equal pairs tell", (pairs, expected) => {
  expect(estimateMeanRatio(pairs)).toEqual(expected);
});

test("is certain of a ratio that every pair has", () => {
  const estimate = estimateMeanRatio(
    Array.from({ length: 10 }, (_, index) => ({ primary: 2 + index, backup: 3 * (2 + index) })),
  );
  for (const figure of [estimate?.value, estimate?.lower, estimate?.upper]) expect(figure).toBeCloseTo(3, 9);
});
