/** Streams that are healthy, or dead, or only look dead because this process was busy: what the clocks make of them. */

import { Crowd, type CrowdCall } from "./crowd.ts";
import { openRoute } from "./open-route.ts";
import { createPacedUpstream, FINISHED, OPENED, type Pace, PIECE, PING, THOUGHT } from "./paced-upstream.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Pieces of a stream. The longest of its gaps is what matters, not their number. */
const PIECE_COUNT = 20;
/** Every fifth stream reasons first, for up to 90 s. */
const REASONING_EVERY = 5;
const REASONING_MAX_MS = 90_000;
const PING_INTERVAL_MS = 15_000;
/** When a dead stream says its last piece. */
const LAST_PIECE_MS = 900;
/** Time between the starts of two streams: some 20 run at the same time. */
const SPACING_MS = 250;

interface Play {
  readonly streamCount: number;
  readonly seed: number;
  readonly paceOf: (random: () => number, reasons: boolean, call: number) => Pace[];
  /** Length of the pause of this process in the middle of each stream, and when it comes. */
  readonly block?: { readonly afterMs: (call: number) => number; readonly lengthMs: number };
  readonly spacingMs?: number;
}

/** Plays healthy streams. Returns how many were switched or asked twice. */
export async function countFalseAlarms(streamCount: number, seed: number): Promise<number> {
  const calls = await play({ streamCount, seed, paceOf: healthyPace });
  return calls.filter(({ switchedAtMs, attemptCount }) => switchedAtMs.length > 0 || attemptCount !== 1).length;
}

/** Plays streams that say 5 pieces and then only ping, every fourth one. Returns the time from the last piece to each switch. */
export async function measureDetection(streamCount: number, seed: number): Promise<number[]> {
  const calls = await play({ streamCount: streamCount * 4, seed, paceOf: deadlyPace, spacingMs: 60_000 });
  const dead = calls.filter((_, call) => isDead(call) && call % REASONING_EVERY !== 0);
  return dead.map(({ startedAtMs, switchedAtMs }) => (switchedAtMs[0] ?? Infinity) - startedAtMs - LAST_PIECE_MS);
}

/** Plays streams that pause for 17 to 20 s while this process stands still for 3 s. Returns how many were switched. */
export async function countSwitchesWhileBusy(streamCount: number, seed: number): Promise<number> {
  // The confirm limit passes at 20.5 s: within the pause, long before its end.
  const block = { afterMs: (call: number) => 17_600 + ((call * 37) % 2_800), lengthMs: 3_000 };
  const calls = await play({ streamCount, seed, paceOf: pausingPace, block, spacingMs: 60_000 });
  return calls.filter(({ switchedAtMs }) => switchedAtMs.length > 0).length;
}

async function play({ streamCount, seed, paceOf, block, spacingMs = SPACING_MS }: Play): Promise<CrowdCall[]> {
  const random = seededRandom(seed);
  const clock = new VirtualClock(random);
  clock.install();
  try {
    const reasoning = (call: number): boolean => call % REASONING_EVERY === 0;
    const primary = openRoute({
      name: "primary",
      pings: true,
      maxConcurrency: 10_000,
      random,
      upstream: createPacedUpstream(clock, (call) => paceOf(random, reasoning(call), call)),
    });
    const backup = openRoute({
      name: "backup",
      maxConcurrency: 10_000,
      random,
      upstream: createPacedUpstream(clock, () => [
        [0, OPENED],
        [100, PIECE],
        [0, FINISHED],
      ]),
    });
    const crowd = new Crowd(clock, [primary, backup], random);
    const startNext = (): void => {
      const number = crowd.calls.length;
      crowd.start(reasoning(number));
      if (block !== undefined) clock.after(block.afterMs(number), () => clock.block(block.lengthMs));
      if (number + 1 < streamCount) clock.after(spacingMs, startNext);
    };
    clock.after(0, startNext);
    await clock.run(() => crowd.calls.length === streamCount && crowd.running === 0, Number.POSITIVE_INFINITY);
    primary.dispose();
    backup.dispose();
    return crowd.calls;
  } finally {
    clock.restore();
  }
}

/** First token: half within 0.5 s, one in a hundred over 2.5 s. */
function firstTokenMs(random: () => number): number {
  return 500 * Math.exp(0.7 * normal(random));
}

/** Gaps: mostly around 30 ms; one in thirty has a heavy tail that begins at 0.3 s (Pareto, exponent 2). */
function gapMs(random: () => number): number {
  return random() < 1 / 30 ? 300 / Math.sqrt(1 - random()) : 30 * Math.exp(0.5 * normal(random));
}

function healthyPace(random: () => number, reasons: boolean): Pace[] {
  const pace: Pace[] = [[firstTokenMs(random), OPENED]];
  if (reasons) pace.push([0, THOUGHT], ...silentReasoning(REASONING_MAX_MS * random()));
  for (let piece = 0; piece < PIECE_COUNT; piece++) pace.push([gapMs(random), PIECE]);
  pace.push([gapMs(random), FINISHED]);
  return pace;
}

/** Every fourth stream dies; the others keep the breaker closed. */
function isDead(call: number): boolean {
  return call % 4 === 3;
}

function deadlyPace(_random: () => number, _reasons: boolean, call: number): Pace[] {
  const pieces = Array.from({ length: 5 }, (): Pace => [100, PIECE]);
  const pings = Array.from({ length: 20 }, (): Pace => [PING_INTERVAL_MS, PING]);
  return [[LAST_PIECE_MS - 500, OPENED], ...pieces, ...(isDead(call) ? pings : [[0, FINISHED] satisfies Pace])];
}

function pausingPace(random: () => number): Pace[] {
  return [
    [0, OPENED],
    [500, PIECE],
    [17_100 + 2_800 * random(), PIECE],
    [100, FINISHED],
  ];
}

function silentReasoning(lengthMs: number): Pace[] {
  const pace: Pace[] = [];
  for (let leftMs = lengthMs; leftMs > 0; leftMs -= PING_INTERVAL_MS) {
    pace.push([Math.min(leftMs, PING_INTERVAL_MS), leftMs > PING_INTERVAL_MS ? PING : THOUGHT]);
  }
  return pace;
}

/** Standard normal (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
