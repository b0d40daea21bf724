import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { attacks } from "./attacks.ts";
import { besiege, describeToll, MAX_P99_RATIO, measureQuiet } from "./besiege.ts";
import { startTarget, type Target } from "./start-target.ts";

const MEBIBYTE = 1024 * 1024;
/** How long each attack goes on, in milliseconds. */
const ATTACK_MS = 5_000;
/** Most memory that an attack may take, and most that may stay of it within the time. */
const PEAK_BYTES = 1_200 * MEBIBYTE;
const LEFT_BYTES = 128 * MEBIBYTE;
const LEFT_TIMEOUT_MS = 30_000;

let target: Target;
let quietP99Ms: number;
const lines: string[] = [];

beforeAll(async () => {
  target = await startTarget();
  quietP99Ms = await measureQuiet(target);
});
afterAll(async () => {
  console.log(["who ...", ...lines].join("\n  "));
  await target?.stop();
});

test.each(attacks)("who $does harms nobody else", async (attack) => {
  const restBytes = target.residentBytes();
  const toll = await besiege(target, attack, ATTACK_MS, quietP99Ms);
  const leftBytes = (): number => target.residentBytes() - restBytes;
  await expect.poll(leftBytes, { timeout: LEFT_TIMEOUT_MS }).toBeLessThan(LEFT_BYTES);
  lines.push(describeToll(toll, leftBytes()));
  expect(toll.probe.lost).toEqual([]);
  expect(toll.p99Ratio).toBeLessThan(MAX_P99_RATIO);
  expect(toll.peakBytes).toBeLessThan(PEAK_BYTES);
});

test("the gateway is well after all that", async () => {
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
  expect(target.child.exitCode).toBeNull();
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});
