/** How much the bench does: a quick look, or figures to rely on. */

import type { AnswerShapes } from "./answer-shape.ts";

export interface BenchScale {
  /** Times that every way is measured with every shape. */
  readonly rounds: number;
  /** Rounds before the measured ones, without paced answers. Compiling and filling the connection pools takes so many. */
  readonly warmUpRounds: number;
  readonly shapes: AnswerShapes;
  /** Calls of one round. Every round takes the process a few hundred milliseconds, or the clock is too coarse. */
  readonly calls: { readonly paced: number; readonly burst: number; readonly single: number };
  /** Calls one after another, for the time to first token. */
  readonly lonelyCalls: number;
  /** Streams that are open and silent, for the memory. */
  readonly idleStreams: number;
}

/** Calls at the same time. */
export const CONCURRENCY = 64;

/** A model that writes 125 tokens a second. */
const EVERY_MS = 8;

/** About 20 s on an idle machine with two cores. */
export const quickScale: BenchScale = {
  rounds: 3,
  warmUpRounds: 1,
  shapes: {
    paced: { kind: "paced", deltas: 60, everyMs: EVERY_MS },
    burst: { kind: "burst", deltas: 200 },
    single: { kind: "burst", deltas: 1 },
    silent: { kind: "silent" },
  },
  calls: { paced: CONCURRENCY, burst: 64, single: 150 },
  lonelyCalls: 90,
  idleStreams: 2_000,
};

/** About 90 s on such a machine. */
export const fullScale: BenchScale = {
  rounds: 5,
  warmUpRounds: 3,
  shapes: { ...quickScale.shapes, paced: { kind: "paced", deltas: 200, everyMs: EVERY_MS } },
  calls: { paced: CONCURRENCY, burst: 128, single: 400 },
  lonelyCalls: 500,
  idleStreams: 2_000,
};
