import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { askWorkload, QUICK_TEXT } from "./ask-workload.ts";
import { hostileConnections } from "./hostile/hostile-connections.ts";
import { hostileDeltas } from "./hostile/hostile-deltas.ts";
import { hostileMessages } from "./hostile/hostile-messages.ts";
import { answersTwice, hostileResponses } from "./hostile/hostile-responses.ts";
import { hostileStreams } from "./hostile/hostile-streams.ts";
import { type Hostile, type HostileUpstream, startHostileUpstream } from "./hostile/hostile-upstream.ts";
import { startProbe } from "./keyed-probe.ts";
import type { Spawned } from "./spawn-listener.ts";
import { startQuickUpstream, startTarget, type Target } from "./start-target.ts";

const MEBIBYTE = 1024 * 1024;
/** Most memory that one call may take for a while, in bytes: a stream may have 64 MiB before it is given up. */
const CALL_BYTES = 160 * MEBIBYTE;
/** Most memory that stays of another round, in bytes. The first one warms the heap. */
const REST_BYTES = 96 * MEBIBYTE;
/** Hostile upstreams that are asked at the same time. */
const AT_ONCE = 8;
/** Until every second answer has come, in milliseconds. */
const SECOND_ANSWER_MS = 300;

const hostiles: readonly Hostile[] = [
  ...hostileConnections,
  ...hostileResponses,
  ...hostileStreams,
  ...hostileDeltas,
  ...hostileMessages,
];
const all = [...hostiles, ...answersTwice];

let upstreams: readonly HostileUpstream[];
let quick: Spawned;
let target: Target;

beforeAll(async () => {
  quick = await startQuickUpstream();
  upstreams = await Promise.all(all.map(startHostileUpstream));
  target = await startTarget({ upstreamUrl: quick.url, sections: makeSections(quick.url) });
  await askWorkload(target.url, "quick");
});

afterAll(async () => {
  await target?.stop();
  await quick?.stop();
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
});

/** A workload for each hostile upstream, with a healthy backup. */
function makeSections(quickUrl: string): object {
  const policy = { first_token_timeout: "2s", stall_timeout: "2s", silence_timeout: "2s", min_tokens_per_s: 0 };
  return {
    providers: {
      quick: { platform: "compatible", dialect: "openai-chat", endpoint: `${quickUrl}/v1` },
      closed: { platform: "compatible", dialect: "openai-chat", endpoint: "http://127.0.0.1:1/v1" },
      ...named(({ dialect = "openai-chat" }, index) => ({
        platform: "compatible",
        dialect,
        endpoint: `${upstreams[index]?.url}${dialect === "openai-chat" ? "/v1" : ""}`,
      })),
    },
    routes: {
      quick: { provider: "quick", model: "quick" },
      closed: { provider: "closed", model: "closed" },
      ...named((hostile) => ({ provider: nameOf(hostile), model: "hostile" })),
    },
    workloads: {
      quick: { primary: "quick" },
      closed: { primary: "closed", backups: ["quick"], policy },
      alone: { primary: "closed", policy },
      ...named((hostile) => ({ primary: nameOf(hostile), backups: ["quick"], policy })),
    },
  };
}

/** Something for each hostile upstream, by its name. */
function named<T>(make: (hostile: Hostile, index: number) => T): Record<string, T> {
  return Object.fromEntries(all.map((hostile, index) => [nameOf(hostile), make(hostile, index)]));
}

function nameOf({ does }: Hostile): string {
  return does.replaceAll(/[^a-z0-9]+/giu, "-").toLowerCase();
}

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
  const paths = new Set(upstreams.flatMap(({ paths: asked }) => asked));
  expect([...paths].toSorted()).toEqual(["/v1/chat/completions", "/v1/messages"]);
});

test("many of them at once harm no other call, and leave no more behind than one after the other", async () => {
  const restBytes = target.residentBytes();
  const probe = startProbe(target.url);
  const waiting = all.values();
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
