import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { startProbe } from "./keyed-probe.ts";
import type { Spawned } from "./spawn-listener.ts";
import { startQuickUpstream, startTarget, type Target } from "./start-target.ts";
import { STEADY_TEXT, type SteadyUpstream, startSteadyUpstream } from "./steady-upstream.ts";

/** How long the process is stopped, in milliseconds: longer than any silence that a route may keep. */
const STOP_MS = 3_000;
/** Until the upstream wakes behind the process, in milliseconds. */
const WAKING_MS = 300;
const SILENCE = "2s";
const HOUR_S = 3_600;
/** Streams that run at the same time. */
const STREAM_COUNT = 10;

let quick: Spawned;
let steady: SteadyUpstream;
let target: Target;
beforeEach(async () => {
  quick = await startQuickUpstream();
  steady = await startSteadyUpstream();
  const flags = ["--import", join(import.meta.dirname, "jump-clock.ts")];
  target = await startTarget({ upstreamUrl: quick.url, sections: makeSections(), flags });
});
afterEach(async () => {
  await target?.stop();
  await quick?.stop();
  await steady?.stop();
});

function makeProvider(url: string): object {
  return { platform: "compatible", dialect: "openai-chat", endpoint: url };
}

function makeSections(): object {
  const policy = { first_token_timeout: SILENCE, stall_timeout: SILENCE, min_tokens_per_s: 0 };
  return {
    providers: {
      quick: makeProvider(`${quick.url}/v1`),
      steady: makeProvider(`${steady.url}/v1`),
      silent: makeProvider(`${steady.url}/silent`),
    },
    routes: {
      quick: { provider: "quick", model: "quick" },
      steady: { provider: "steady", model: "steady" },
      silent: { provider: "silent", model: "silent" },
    },
    workloads: {
      quick: { primary: "quick", policy },
      steady: { primary: "steady", backups: ["quick"], policy },
      silent: { primary: "silent", backups: ["quick"], policy },
    },
  };
}

/** Starts streams, and resolves when their upstream speaks. */
async function startStreams(): Promise<ReturnType<typeof askWorkload>[]> {
  const before = steady.callCount();
  const streams = Array.from({ length: STREAM_COUNT }, () => askWorkload(target.url, "steady"));
  await expect.poll(() => steady.callCount()).toBe(before + STREAM_COUNT);
  await sleep(500);
  return streams;
}

async function expectWhole(streams: readonly ReturnType<typeof askWorkload>[]): Promise<void> {
  for (const told of await Promise.all(streams)) {
    expect(told).toMatchObject({ status: 200, text: STEADY_TEXT, attempts: [{ route: "steady" }] });
    expect(told.attempts).toHaveLength(1);
  }
}

test.each([
  ["its upstream goes on", false],
  ["its upstream sleeps too", true],
])("a process that is stopped for a while loses no call and blames no route while %s", async (_while, sleepsToo) => {
  const probe = startProbe(target.url);
  const streams = await startStreams();
  if (sleepsToo) steady.sleep();
  target.child.kill("SIGSTOP");
  await sleep(STOP_MS);
  target.child.kill("SIGCONT");
  await sleep(WAKING_MS);
  steady.wake();
  await expectWhole(streams);
  expect((await probe.end()).lost).toEqual([]);
  expect(target.log()).not.toMatch(/"msg":"route is |"level":[56]0/u);
});

test("a wall clock that jumps ends no call, and leaves ledgers in order", async () => {
  const probe = startProbe(target.url);
  const streams = await startStreams();
  for (let jump = 1; jump <= 2; jump += 1) {
    const before = steady.callCount();
    const switching = askWorkload(target.url, "silent");
    await expect.poll(() => steady.callCount()).toBe(before + 1);
    target.child.kill("SIGUSR2");
    expectLedger(await switching);
  }
  await expectWhole(streams);
  expect((await probe.end()).lost).toEqual([]);
  expect(target.log()).not.toMatch(/"msg":"route is |"level":[56]0/u);
});

/** The silent route timed out by its own limit, and then came its backup. */
function expectLedger(told: Awaited<ReturnType<typeof askWorkload>>): void {
  expect(told).toMatchObject({
    status: 200,
    text: QUICK_TEXT,
    attempts: [
      { number: 1, route: "silent", outcome: "ATTEMPT_OUTCOME_TIMED_OUT" },
      { number: 2, route: "quick", outcome: "ATTEMPT_OUTCOME_COMPLETED" },
    ],
  });
  for (const { duration } of told.attempts) {
    expect(Number.parseFloat(duration)).toBeGreaterThanOrEqual(0);
    expect(Number.parseFloat(duration)).toBeLessThan(HOUR_S / 2);
  }
  const [silentAtMs = 0, quickAtMs = 0] = told.attempts.map(({ startTime }) => Date.parse(startTime));
  expect(Math.abs(quickAtMs - silentAtMs) / 1_000, "the clock jumped between them").toBeGreaterThan(HOUR_S / 2);
}
