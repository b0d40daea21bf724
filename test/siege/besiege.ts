/** Attacks a gateway while a caller asks beside, and measures what that costs the caller and the machine. */

import { setTimeout as sleep } from "node:timers/promises";

import { type ProbeResult, quantile, startProbe } from "./keyed-probe.ts";
import type { Target } from "./start-target.ts";

/** CPU time of the work that tells how crowded the machine is, in milliseconds. */
const WORK_MS = 200;
/** How long a gateway is looked at without an attack, in milliseconds, and how long it warms up before that. */
const QUIET_MS = 4_000;
const WARM_UP_MS = 2_000;
/** A shorter time is not told from the machine's own unrest, in milliseconds. */
const UNREST_MS = 30;
const MEBIBYTE = 1024 * 1024;

/**
 * Most that calls of others may slow down, in the p99 of a quiet gateway. Attackers are as fast as the machine, which they
 * share with the gateway; the table of attacks tells how much it was.
 */
export const MAX_P99_RATIO = 60;

export interface Attack {
  /** Completes the sentence "who ...". */
  readonly does: string;
  /** Goes on until the signal. */
  readonly run: (target: Target, signal: AbortSignal) => Promise<void>;
}

/** What an attack costs. */
export interface Toll {
  readonly does: string;
  readonly probe: ProbeResult;
  /** The p99 of the probe's calls by that of a quiet gateway on a machine as crowded. */
  readonly p99Ratio: number;
  /** Resident memory beyond that before the attack: the most while it went on, in bytes. */
  readonly peakBytes: number;
}

/** Measures the p99 of calls to a gateway that nobody attacks, in milliseconds. */
export async function measureQuiet(target: Target): Promise<number> {
  const first = startProbe(target.url);
  await sleep(WARM_UP_MS);
  await first.end();
  const probe = startProbe(target.url);
  await sleep(QUIET_MS);
  return Math.max(UNREST_MS, quantile((await probe.end()).latenciesMs, 0.99));
}

/**
 * How many times as long as its CPU time work takes, because others work on the machine. A gateway that rests gets its
 * processor at once all the same, while one that is attacked shares it.
 */
function measureCrowding(): number {
  const sinceMs = performance.now();
  const before = process.cpuUsage();
  const cpuMs = (): number => process.cpuUsage(before).user / 1_000;
  while (cpuMs() < WORK_MS);
  return Math.max(1, (performance.now() - sinceMs) / WORK_MS);
}

/** Attacks for `forMs` milliseconds. */
export async function besiege(target: Target, attack: Attack, forMs: number, quietP99Ms: number): Promise<Toll> {
  const crowding = measureCrowding();
  const restBytes = target.residentBytes();
  target.forgetPeak();
  const probe = startProbe(target.url);
  const over = new AbortController();
  await Promise.race([attack.run(target, over.signal), sleep(forMs)]);
  over.abort();
  const result = await probe.end();
  const p99Ratio = quantile(result.latenciesMs, 0.99) / (quietP99Ms * crowding);
  return { does: attack.does, probe: result, p99Ratio, peakBytes: target.peakBytes() - restBytes };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}

/** A line of the table of attacks. `leftBytes` is what stays resident. */
export function describeToll({ does, probe, p99Ratio, peakBytes }: Toll, leftBytes: number): string {
  const lost = `lost ${probe.lost.length} of ${probe.count}`;
  return `${does}: ${lost}, p99 x ${p99Ratio.toFixed(1)}, memory +${mebibytes(peakBytes)}, after ${mebibytes(leftBytes)}`;
}
