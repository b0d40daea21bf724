/** Writes what the bench found: tables, and whether the aims are met. */

import { formatTable } from "../../src/cli/terminal/table.ts";
import type { MemoryComparison, StreamMemory } from "./compare-memory.ts";
import type { Comparison } from "./compare-ways.ts";
import type { Round } from "./measure-round.ts";
import { makeSpread, type Spread } from "./spread.ts";

/** CPU of a delta in the gateway, as a multiple of that in the relay. */
const MAX_CPU_RATIO = 1.3;

/** Resident memory of an idle stream in the gateway. */
const MAX_STREAM_KB = 120;

/** Returns the lines of the report. */
export function describeResults(comparisons: readonly Comparison[], memory: MemoryComparison): string[] {
  const loaded = comparisons.filter(({ concurrency }) => concurrency > 1);
  const lonely = comparisons.filter(({ concurrency }) => concurrency === 1);
  return [
    "",
    "CPU in µs for each delta that the upstream sent, median (and spread of the ratio) of the rounds",
    ...table(
      ["answer", "relay", "gateway", "gateway / relay", "door", "client: direct", "relay", "gateway", "door"],
      loaded.map(cpuRow),
    ),
    "",
    "messages for each delta",
    ...table(["answer", "relay", "gateway", "door"], loaded.map(messagesRow)),
    "",
    "time to first token in ms, median (and 95th percentile); calls one after another, then many at the same time",
    ...table(
      ["answer", "direct", "relay", "gateway", "gateway - direct", "gateway / relay"],
      [...lonely, ...loaded.filter(({ asked }) => asked.shape === "paced")].flatMap(ttftRows),
    ),
    "",
    "memory in KB for each idle stream",
    ...table(
      ["process", "resident", "resident, collected", "reachable"],
      [memoryRow("relay", memory.relay), memoryRow("gateway", memory.gateway)],
    ),
    "",
    describeCpuAim(loaded),
    describeMemoryAim(memory.gateway),
  ];
}

function cpuRow(comparison: Comparison): string[] {
  const { direct, relay, gateway, door } = comparison.rounds;
  const ratio = cpuRatio(comparison);
  return [
    describeCase(comparison),
    showServerCpu(relay),
    showServerCpu(gateway),
    `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
    showServerCpu(door),
    ...[direct, relay, gateway, door].map(showClientCpu),
  ];
}

function showServerCpu(rounds: readonly Round[]): string {
  return makeSpread(rounds.map(({ serverUsPerDelta }) => serverUsPerDelta)).median.toFixed(1);
}

function showClientCpu(rounds: readonly Round[]): string {
  return makeSpread(rounds.map(({ clientUsPerDelta }) => clientUsPerDelta)).median.toFixed(1);
}

function messagesRow(comparison: Comparison): string[] {
  const { relay, gateway, door } = comparison.rounds;
  const messages = [relay, gateway, door].map((rounds) =>
    makeSpread(rounds.map(({ messagesPerDelta }) => messagesPerDelta)).median.toFixed(2),
  );
  return [describeCase(comparison), ...messages];
}

/** The gateway by gRPC, and below it the gateway's door. The relay speaks gRPC alone. */
function ttftRows(comparison: Comparison): [grpc: string[], door: string[]] {
  const { rounds } = comparison;
  const direct = ttftSpread(rounds.direct);
  const relay = ttftSpread(rounds.relay);
  const gateway = ttftSpread(rounds.gateway);
  const door = ttftSpread(rounds.door);
  const answer = `${describeCase(comparison)}, ${comparison.concurrency} at a time`;
  const ratio = (gateway.median / relay.median).toFixed(2);
  return [
    [`${answer}, gRPC`, showTtft(direct), showTtft(relay), showTtft(gateway), showAdded(gateway, direct), ratio],
    [`${answer}, door`, showTtft(direct), "", showTtft(door), showAdded(door, direct), ""],
  ];
}

function showTtft({ median, p95 }: Spread): string {
  return `${median.toFixed(2)} (${p95.toFixed(2)})`;
}

function showAdded(gateway: Spread, direct: Spread): string {
  return (gateway.median - direct.median).toFixed(2);
}

function ttftSpread(rounds: readonly Round[]): Spread {
  return makeSpread(rounds.flatMap(({ ttftMs }) => ttftMs));
}

function memoryRow(name: string, { residentBytes, collectedBytes, liveBytes }: StreamMemory): string[] {
  return [name, ...[residentBytes, collectedBytes, liveBytes].map((bytes) => (bytes / 1_000).toFixed(1))];
}

function describeCpuAim(loaded: readonly Comparison[]): string {
  const streamed = loaded.filter(({ asked }) => asked.shape !== "single");
  const [worst] = streamed
    .map((comparison) => ({ comparison, ratio: cpuRatio(comparison).median }))
    .sort((one, other) => other.ratio - one.ratio);
  if (worst === undefined) return "aim missed: nothing was measured";
  const met = worst.ratio <= MAX_CPU_RATIO;
  const found = `${worst.ratio.toFixed(2)} x with ${describeCase(worst.comparison)}`;
  return `${verdict(met)}: CPU of a delta at most ${MAX_CPU_RATIO} x the relay's: ${found}`;
}

function describeMemoryAim({ collectedBytes }: StreamMemory): string {
  const kb = collectedBytes / 1_000;
  return `${verdict(kb <= MAX_STREAM_KB)}: at most ${MAX_STREAM_KB} KB for each idle stream: ${kb.toFixed(1)} KB`;
}

function verdict(met: boolean): string {
  return met ? "aim met" : "aim missed";
}

/** Ratios of rounds that followed each other. */
function cpuRatio({ rounds }: Comparison): Spread {
  return makeSpread(
    rounds.gateway.map(
      ({ serverUsPerDelta }, round) => serverUsPerDelta / (rounds.relay[round]?.serverUsPerDelta ?? Number.NaN),
    ),
  );
}

function describeCase({ asked }: Comparison): string {
  return asked.shape === "single" ? `${asked.dialect}, one delta a call` : `${asked.dialect}, ${asked.shape}`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return formatTable(headings, rows, { paint: (_style, text) => text });
}
