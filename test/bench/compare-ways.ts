/** Measures every way in turn, round by round, so that a busy minute of the machine hits all of them. */

import { type BenchScale, CONCURRENCY } from "./bench-scale.ts";
import { DIALECTS } from "./canned-answer.ts";
import { measureRound, type Round } from "./measure-round.ts";
import { type Stage, startStage, WAYS, type WayName } from "./stage.ts";
import type { AskedAnswer } from "./workload-name.ts";

/** The rounds of one kind of answer, in their order. */
export interface Comparison {
  readonly asked: AskedAnswer;
  /** Calls at the same time. */
  readonly concurrency: number;
  readonly rounds: Readonly<Record<WayName, Round[]>>;
}

interface Case {
  readonly comparison: Comparison;
  readonly calls: number;
}

/** Runs all rounds. Rejects if a call fails. */
export async function compareWays(scale: BenchScale, profileFolder: string | undefined): Promise<Comparison[]> {
  const stage = await startStage({ shapes: scale.shapes, profileFolder });
  try {
    const cases = makeCases(scale);
    for (let round = 0; round < scale.warmUpRounds; round++) await warmUp(stage, scale);
    for (let round = 0; round < scale.rounds; round++) {
      for (const { comparison, calls } of cases) {
        const { asked, concurrency, rounds } = comparison;
        for (const way of WAYS) {
          rounds[way].push(await measureRound(stage, scale.shapes, { way, asked, concurrency, calls }));
        }
      }
    }
    return cases.map(({ comparison }) => comparison);
  } finally {
    await stage.end();
  }
}

function makeCases({ calls, lonelyCalls, rounds }: BenchScale): Case[] {
  return DIALECTS.flatMap((dialect) => [
    makeCase({ dialect, shape: "paced" }, CONCURRENCY, calls.paced),
    makeCase({ dialect, shape: "burst" }, CONCURRENCY, calls.burst),
    makeCase({ dialect, shape: "single" }, CONCURRENCY, calls.single),
    makeCase({ dialect, shape: "single" }, 1, Math.ceil(lonelyCalls / rounds)),
  ]);
}

function makeCase(asked: AskedAnswer, concurrency: number, calls: number): Case {
  return { comparison: { asked, concurrency, rounds: { direct: [], relay: [], gateway: [], door: [] } }, calls };
}

/** Bursts pass the same code as paced answers in a fraction of the time. */
async function warmUp(stage: Stage, { shapes, calls }: BenchScale): Promise<void> {
  for (const dialect of DIALECTS) {
    for (const shape of ["burst", "single"] as const) {
      const options = { asked: { dialect, shape }, calls: calls[shape], concurrency: CONCURRENCY };
      for (const way of WAYS) await measureRound(stage, shapes, { ...options, way });
    }
  }
}
