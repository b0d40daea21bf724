import { expect, test } from "vitest";
import { estimateLoss, type Pair } from "../../../src/compare/statistics/estimate-loss.ts";

function pairs(onlyBackup: number, onlyPrimary: number, total: number): Pair[] {
  return Array.from({ length: total }, (_, index) => ({
    backup: index < onlyBackup,
    primary: index >= onlyBackup && index < onlyBackup + onlyPrimary,
  }));
}

/** How likely the upper limit lies below the true difference, summed over every outcome of `total` pairs. */
function missedShare(shareBackup: number, sharePrimary: number, total: number): number {
  const logFactorials = [0];
  for (let n = 1; n <= total; n++) logFactorials.push((logFactorials[n - 1] ?? 0) + Math.log(n));
  const log = (n: number): number => logFactorials[n] ?? 0;
  let missed = 0;
  for (let a = 0; a <= total; a++) {
    for (let b = 0; a + b <= total; b++) {
      const rest = total - a - b;
      const chance = Math.exp(
        log(total) -
          log(a) -
          log(b) -
          log(rest) +
          (a === 0 ? 0 : a * Math.log(shareBackup)) +
          (b === 0 ? 0 : b * Math.log(sharePrimary)) +
          (rest === 0 ? 0 : rest * Math.log(1 - shareBackup - sharePrimary)),
      );
      if (chance < 1e-9 || Number.isNaN(chance)) continue;
      if ((estimateLoss(pairs(a, b, total))?.upper ?? 0) < shareBackup - sharePrimary) missed += chance;
    }
  }
  return missed;
}

test.each([
  [0.05, 0, 60],
  [0.05, 0, 150],
  [0.05, 0, 200],
  [0.06, 0.01, 60],
  [0.06, 0.01, 200],
  [0.1, 0.05, 60],
  [0.1, 0.05, 200],
  [0.2, 0.15, 60],
  [0.2, 0.15, 120],
  [0.3, 0.1, 80],
])("misses a true difference of %f less %f in %i pairs at most once in twenty", (backup, primary, total) => {
  expect(missedShare(backup, primary, total)).toBeLessThanOrEqual(0.05);
});

test("finds no loss where both are wrong on the same samples", () => {
  const both = Array.from({ length: 100 }, (_, index) => ({ primary: index < 30, backup: index < 30 }));
  expect(estimateLoss(both)).toMatchObject({ value: 0 });
  expect(estimateLoss(both)?.upper).toBeLessThan(0.03);
});

test("knows nothing without pairs", () => {
  expect(estimateLoss([])).toBeUndefined();
});
