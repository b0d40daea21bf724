/** Measures what an open stream keeps in the memory of relay and gateway while it is silent. */

import { type BenchScale, CONCURRENCY } from "./bench-scale.ts";
import { measureRound } from "./measure-round.ts";
import { type Stage, startStage } from "./stage.ts";
import type { AskedAnswer } from "./workload-name.ts";

/** Bytes of an open stream. */
export interface StreamMemory {
  /** Resident, as it is when the streams have been opened. */
  readonly residentBytes: number;
  /** Resident, with garbage collected. */
  readonly collectedBytes: number;
  /** Reachable, inside and outside of the heap. */
  readonly liveBytes: number;
}

export interface MemoryComparison {
  readonly relay: StreamMemory;
  readonly gateway: StreamMemory;
}

const ASKED: AskedAnswer = { dialect: "anthropic-messages", shape: "silent" };

/** Opens the streams on fresh processes. */
export async function compareMemory(scale: BenchScale): Promise<MemoryComparison> {
  const stage = await startStage({ shapes: scale.shapes, profileFolder: undefined });
  try {
    return {
      relay: await measureMemory(stage, "relay", scale),
      gateway: await measureMemory(stage, "gateway", scale),
    };
  } finally {
    await stage.end();
  }
}

async function measureMemory(stage: Stage, way: "relay" | "gateway", scale: BenchScale): Promise<StreamMemory> {
  const { client, servers, urls } = stage;
  const { idleStreams } = scale;
  const server = servers[way];
  if (server === undefined) throw new Error(`the ${way} has no process`);
  await serveSome(stage, way, scale);
  const before = await server.use(true);
  await client.ask({ kind: "hold", way: { kind: "grpc", url: urls[way] }, asked: ASKED, calls: idleStreams });
  const opened = await server.use();
  const collected = await server.use(true);
  return {
    residentBytes: (opened.rssBytes - before.rssBytes) / idleStreams,
    collectedBytes: (collected.rssBytes - before.rssBytes) / idleStreams,
    liveBytes: (collected.liveBytes - before.liveBytes) / idleStreams,
  };
}

/** Compiled code and full pools are no part of a stream. */
async function serveSome(stage: Stage, way: "relay" | "gateway", { shapes, calls }: BenchScale): Promise<void> {
  for (const shape of ["single", "burst"] as const) {
    const asked = { ...ASKED, shape };
    await measureRound(stage, shapes, { way, asked, calls: calls[shape], concurrency: CONCURRENCY });
  }
}
