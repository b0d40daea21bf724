/**
 * Serves for a while with faults on both sides, and shows what stays of it.
 *
 * `node test/siege/soak.ts [--minutes 10]`. Callers ask a healthy workload and those of all hostile upstreams, others
 * leave in the middle of answers, each minute has one of the attacks, and the configuration is loaded again and again.
 * The figures are those of a quiet gateway after a first minute, and after the last.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { askWorkload } from "./ask-workload.ts";
import { attacks } from "./attacks.ts";
import { answersTwice } from "./hostile/hostile-responses.ts";
import { hostiles, nameOf, startHostileStage } from "./hostile/hostile-stage.ts";
import { ATTACKER_KEY, type Target } from "./start-target.ts";
import { USE_MARK, type Use } from "./tell-use.ts";

const MEBIBYTE = 1024 * 1024;
const MINUTE_MS = 60_000;
/** How long a gateway rests before it is measured, in milliseconds: by then it has given memory back. */
const REST_MS = 45_000;
const ATTACK_MS = 5_000;
const RELOAD_MS = 7_000;
/** Callers at the same time. */
const CALLERS = { healthy: 8, hostile: 6, leaving: 4 };
/** A caller that leaves does so within this time, in milliseconds: an answer takes about as long. */
const LEAVES_WITHIN_MS = 20;
/** Between two calls of one caller, in milliseconds. */
const PAUSE_MS = 50;

const { values: options } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });

/** What became of calls. */
const counts = { answered: 0, lost: 0, hostile: 0, left: 0 };

interface Held extends Use {
  readonly residentBytes: number;
  readonly descriptorCount: number;
}

/** What the gateway holds. What it gives back is its own doing: it is looked at before garbage is collected. */
async function look(target: Target): Promise<Held> {
  const { residentBytes, descriptorCount } = target;
  const held = { residentBytes: residentBytes(), descriptorCount: descriptorCount() };
  const before = target.log().length;
  target.child.kill("SIGUSR2");
  for (;;) {
    const use = findUse(target.log().slice(before));
    if (use !== undefined) return { ...held, ...use };
    await sleep(100);
  }
}

function findUse(log: string): Use | undefined {
  const line = log
    .split("\n")
    .slice(0, -1)
    .find((each) => each.startsWith(USE_MARK));
  return line === undefined ? undefined : JSON.parse(line.slice(USE_MARK.length));
}

async function askOn(signal: AbortSignal, ask: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await ask();
    await sleep(PAUSE_MS);
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** Loads the gateway until the signal, with the attack of the minute. */
async function load(target: Target, minute: number, signal: AbortSignal): Promise<void> {
  const workloads = [...hostiles, ...answersTwice].map(nameOf);
  let next = 0;
  await Promise.all([
    ...times(CALLERS.healthy, () =>
      askOn(signal, async () => {
        const { status } = await askWorkload(target.url, "quick");
        counts[status === 200 ? "answered" : "lost"] += 1;
      }),
    ),
    ...times(CALLERS.hostile, () =>
      askOn(signal, async () => {
        next += 1;
        await askWorkload(target.url, workloads[next % workloads.length] ?? "quick");
        counts.hostile += 1;
      }),
    ),
    ...times(CALLERS.leaving, () => askOn(signal, () => leave(target))),
    attack(target, minute),
    askOn(signal, async () => {
      target.child.kill("SIGHUP");
      await sleep(RELOAD_MS);
    }),
  ]);
}

/** Asks for a stream, and leaves at some time. */
async function leave(target: Target): Promise<void> {
  const left = new AbortController();
  const timer = setTimeout(() => left.abort(), Math.random() * LEAVES_WITHIN_MS);
  const response = fetch(`${target.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ATTACKER_KEY}` },
    body: JSON.stringify({ model: "quick", stream: true, messages: [{ role: "user", content: "To be?" }] }),
    signal: left.signal,
  });
  await response.then((answer) => answer.text()).catch(() => {});
  clearTimeout(timer);
  counts.left += 1;
}

async function attack(target: Target, minute: number): Promise<void> {
  const over = new AbortController();
  const running = attacks[minute % attacks.length]?.run(target, over.signal);
  await Promise.race([running, sleep(ATTACK_MS)]);
  over.abort();
}

async function loadFor(target: Target, minute: number): Promise<void> {
  const over = new AbortController();
  const loading = load(target, minute, over.signal);
  await sleep(MINUTE_MS);
  over.abort();
  await loading;
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1).padStart(8);
}

function report(name: string, { residentBytes, heapBytes, externalBytes, descriptorCount, handles }: Held): void {
  const memory = [residentBytes, heapBytes, externalBytes].map(mebibytes).join(" ");
  console.log(`${name.padEnd(10)} ${memory} ${String(descriptorCount).padStart(6)}   ${JSON.stringify(handles)}`);
}

async function soak(target: Target, minutes: number): Promise<void> {
  console.log("           resident     heap external     fds   handles   (MiB; heap and external when collected)");
  await loadFor(target, 0);
  await sleep(REST_MS);
  const first = await look(target);
  report("at first", first);
  for (let minute = 1; minute <= minutes; minute += 1) {
    await loadFor(target, minute);
    report(`minute ${minute}`, await look(target));
  }
  await sleep(REST_MS);
  const last = await look(target);
  report("at last", last);
  const slope = (last.heapBytes - first.heapBytes) / 1024 / minutes;
  console.log(`heap ${slope.toFixed(1)} KiB a minute; calls ${JSON.stringify(counts)}`);
  if (target.child.exitCode !== null || counts.lost > 0) process.exitCode = 1;
}

const preload = new URL("tell-use.ts", import.meta.url).href;
const stage = await startHostileStage(["--expose-gc", "--import", preload]);
try {
  await soak(stage.target, Number(options.minutes));
} finally {
  await stage.stop();
}
process.exit(); // the attackers' sockets
