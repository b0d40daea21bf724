import { expect, test } from "vitest";
import { countFalseAlarms, countSwitchesWhileBusy, measureDetection } from "./false-alarms.ts";

const seed = Math.floor(Math.random() * 2 ** 31);

test("at most 1 in 1,000 healthy streams is switched", { timeout: 120_000 }, async () => {
  const switched = await countFalseAlarms(10_000, seed);
  console.log(`healthy streams 10000, switched ${switched}, seed ${seed}`);
  expect(switched).toBeLessThanOrEqual(10);
});

test("a dead text stream is switched within the confirm limit and 0.5 s, although it pings", async () => {
  const waitsMs = await measureDetection(200, seed);
  console.log(`dead streams 200, slowest switch ${Math.max(...waitsMs)} ms after the last piece`);
  expect(Math.max(...waitsMs)).toBeLessThanOrEqual(20_500);
  expect(Math.min(...waitsMs)).toBeGreaterThanOrEqual(20_000);
});

test("a stream that comes late because this process stood still for 3 s is not switched", async () => {
  expect(await countSwitchesWhileBusy(200, seed)).toBe(0);
});
