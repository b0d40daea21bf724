import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { besiege, MAX_P99_RATIO, measureQuiet } from "./besiege.ts";
import { type Flood, floods } from "./frame-floods.ts";
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

let target: Target;
let quietP99Ms: number;
beforeAll(async () => {
  target = await startTarget();
  quietP99Ms = await measureQuiet(target);
});
afterAll(() => target?.stop());

test.each(floods)("a client that $does harms nobody", async (flood) => {
  const restBytes = target.residentBytes();
  const run = async ({ port }: Target, signal: AbortSignal): Promise<void> => {
    await Promise.all(Array.from({ length: CONNECTION_COUNT }, () => keepFlooding(flood, port, signal)));
  };
  const { probe, p99Ratio, peakBytes } = await besiege(target, { does: flood.does, run }, FLOOD_MS, quietP99Ms);
  expect(probe.lost).toEqual([]);
  expect(p99Ratio).toBeLessThan(MAX_P99_RATIO);
  expect(peakBytes).toBeLessThan(PEAK_BYTES);
  await expect.poll(() => target.residentBytes() - restBytes, { timeout: REST_TIMEOUT_MS }).toBeLessThan(REST_BYTES);
});

/** Floods on one connection, and on another one when it is closed. */
async function keepFlooding(flood: Flood, port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await floodOnce(flood, port, signal);
}

async function floodOnce(
  { settings, reads = true, beginning, piece }: Flood,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  const client = await connectRawHttp2(port, settings === undefined ? {} : { settings });
  // Whoever waits for room to write goes on when the flood is over.
  signal.addEventListener("abort", client.destroy, { once: true });
  if (!reads) client.socket.pause();
  if (beginning !== undefined) await client.send(beginning);
  for (let turn = 0; !client.isClosed() && !signal.aborted; turn += 1) {
    await client.send(piece(turn));
    await nextTurn();
  }
  signal.removeEventListener("abort", client.destroy);
  client.destroy();
}

test("the gateway is well after all that", async () => {
  expect(await askWorkload(target.url, "quick")).toMatchObject({ status: 200, text: QUICK_TEXT });
  expect(target.child.exitCode).toBeNull();
  expect(target.log()).not.toMatch(/"level":[56]0/u);
});
