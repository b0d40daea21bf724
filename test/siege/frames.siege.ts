import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { type Flood, floods } from "./frame-floods.ts";
import { quantile, startProbe } from "./keyed-probe.ts";
import { connectRawHttp2 } from "./raw-http2.ts";
import { startTarget, type Target } from "./start-target.ts";

const MEBIBYTE = 1024 * 1024;
/** How long each flood goes on, in milliseconds. */
const FLOOD_MS = 2_000;
/** Connections of one flood. */
const CONNECTION_COUNT = 2;
/** Most memory that a flood may take while it goes on, and most that may stay of it within the time, in bytes. */
const PEAK_BYTES = 320 * MEBIBYTE;
const REST_BYTES = 96 * MEBIBYTE;
const REST_TIMEOUT_MS = 30_000;
/** A shorter time is not told from the machine's own unrest, in milliseconds. */
const QUIET_MS = 30;

let target: Target;
let limitMs: number;
beforeAll(async () => {
  target = await startTarget();
  const probe = startProbe(target.url);
  await sleep(FLOOD_MS * 2);
  const { latenciesMs } = await probe.end();
  limitMs = 10 * Math.max(QUIET_MS, quantile(latenciesMs, 0.99));
});
afterAll(() => target?.stop());

test.each(floods)("a client that $does harms nobody", async (flood) => {
  target.forgetPeak();
  const restBytes = target.residentBytes();
  const probe = startProbe(target.url);
  const endsAtMs = performance.now() + FLOOD_MS;
  await Promise.all(Array.from({ length: CONNECTION_COUNT }, () => keepFlooding(flood, endsAtMs)));
  const { lost, latenciesMs } = await probe.end();
  const peakBytes = target.peakBytes() - restBytes;
  expect(lost).toEqual([]);
  expect(quantile(latenciesMs, 0.99)).toBeLessThan(limitMs);
  expect(peakBytes).toBeLessThan(PEAK_BYTES);
  await expect.poll(() => target.residentBytes() - restBytes, { timeout: REST_TIMEOUT_MS }).toBeLessThan(REST_BYTES);
});

/** Floods on one connection, and on another one when it is closed. */
async function keepFlooding(flood: Flood, endsAtMs: number): Promise<void> {
  while (performance.now() < endsAtMs) await floodOnce(flood, endsAtMs);
}

async function floodOnce({ settings, reads = true, beginning, piece }: Flood, endsAtMs: number): Promise<void> {
  const client = await connectRawHttp2(target.port, settings === undefined ? {} : { settings });
  if (!reads) client.socket.pause();
  if (beginning !== undefined) await client.send(beginning);
  for (let turn = 0; !client.isClosed() && performance.now() < endsAtMs; turn += 1) {
    await Promise.race([client.send(piece(turn)), sleep(endsAtMs - performance.now())]);
    await nextTurn();
  }
  client.destroy();
}

test("the gateway is well after all that", async () => {
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
  expect(target.child.exitCode).toBeNull();
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});
