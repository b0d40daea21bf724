import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { answersTwice } from "./hostile/hostile-responses.ts";
import { type HostileStage, hostiles, nameOf, startHostileStage } from "./hostile/hostile-stage.ts";
import { startProbe } from "./keyed-probe.ts";
import type { Target } from "./start-target.ts";

const MEBIBYTE = 1024 * 1024;
/** Most memory that one call may take for a while, in bytes: a stream may have 64 MiB before it is given up. */
const CALL_BYTES = 160 * MEBIBYTE;
/** Most memory that stays of another round, in bytes. The first one warms the heap. */
const REST_BYTES = 96 * MEBIBYTE;
/** Hostile upstreams that are asked at the same time. */
const AT_ONCE = 8;
/** Until every second answer has come, in milliseconds. */
const SECOND_ANSWER_MS = 300;

let stage: HostileStage;
let target: Target;

beforeAll(async () => {
  stage = await startHostileStage();
  target = stage.target;
  await askWorkload(target.url, "quick");
});
afterAll(() => stage?.stop());

test.each(hostiles)("an upstream that $does harms no call", async (hostile) => {
  target.forgetPeak();
  const restBytes = target.residentBytes();
  const told = await askWorkload(target.url, nameOf(hostile));
  expect(told).toMatchObject({ status: 200, text: hostile.text ?? QUICK_TEXT });
  expect(told.attempts[0]?.route).toBe(nameOf(hostile));
  expect(target.peakBytes() - restBytes).toBeLessThan(CALL_BYTES);
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
});

test("an upstream where nobody listens is left for the backup", async () => {
  expect(await askWorkload(target.url, "closed")).toMatchObject({ status: 200, text: QUICK_TEXT });
});

test("without a backup the caller is told what was tried", async () => {
  const told = await askWorkload(target.url, "alone");
  expect(told).toMatchObject({ status: 503, reason: "ALL_ROUTES_FAILED" });
  expect(told.attempts.map(({ route }) => route)).toContain("closed");
});

test.each(answersTwice)("an upstream that $does answers nobody else by it", async (hostile) => {
  for (let call = 1; call <= 3; call += 1) {
    const told = await askWorkload(target.url, nameOf(hostile));
    expect(told).toMatchObject({ status: 200, text: hostile.text });
    await sleep(SECOND_ANSWER_MS);
  }
});

test("nobody followed a redirect", () => {
  expect([...stage.askedPaths()].toSorted()).toEqual(["/v1/chat/completions", "/v1/messages"]);
});

test("many of them at once harm no other call, and leave no more behind than one after the other", async () => {
  const restBytes = target.residentBytes();
  const probe = startProbe(target.url);
  const waiting = [...hostiles, ...answersTwice].values();
  const askOn = async (): Promise<void> => {
    for (const hostile of waiting) {
      const { status, reason } = await askWorkload(target.url, nameOf(hostile));
      // The backup has little time too, which a busy machine may need for the others.
      expect([200, "ALL_ROUTES_FAILED"]).toContain(status === 200 ? status : reason);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  const { lost, count } = await probe.end();
  expect(lost).toEqual([]);
  expect(count).toBeGreaterThan(0);
  await expect.poll(() => target.residentBytes() - restBytes).toBeLessThan(REST_BYTES);
});

test("the process is the same, and nothing of it was its fault", () => {
  expect(target.child.exitCode).toBeNull();
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});
