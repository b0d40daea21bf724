/** Plays many worlds and looks for one that breaches a law. */

import fc from "fast-check";
import { arbitraryScenario } from "./arbitrary-scenario.ts";
import { findBreaches } from "./laws.ts";
import type { Scenario } from "./scenario.ts";
import { playWorld } from "./world.ts";

export interface SimulationOptions {
  readonly runs: number;
  readonly seed: number;
  /** Where a seed failed before: replays just that world. */
  readonly path?: string;
  /** Whether a world that breaches a law is made smaller before it is shown. Default true. */
  readonly shrinks?: boolean;
}

export interface SimulationResult {
  readonly runs: number;
  /** The smallest world that breaches a law; undefined if none does. */
  readonly failure:
    | { readonly path: string; readonly scenario: Scenario; readonly breaches: readonly string[] }
    | undefined;
}

/** Plays `runs` worlds; the same seed plays the same worlds. */
export async function simulate({ runs, seed, path, shrinks = true }: SimulationOptions): Promise<SimulationResult> {
  const property = fc.asyncProperty(arbitraryScenario(), async (scenario) => {
    const breaches = await checkScenario(scenario);
    if (breaches.length > 0) throw new Error(breaches.join("\n"));
  });
  const { stackTraceLimit } = Error;
  // Nobody reads the stacks, and to collect them takes a quarter of the time.
  Error.stackTraceLimit = 0;
  const replay = path === undefined ? {} : { path };
  const report = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shrinks, ...replay });
  Error.stackTraceLimit = stackTraceLimit;
  if (!report.failed || report.counterexample === null) return { runs: report.numRuns, failure: undefined };
  const [scenario] = report.counterexample;
  const breaches = await checkScenario(scenario);
  return { runs: report.numRuns, failure: { path: report.counterexamplePath ?? "", scenario, breaches } };
}

/** Plays one world. Returns every breach of a law. */
export async function checkScenario(scenario: Scenario): Promise<string[]> {
  return findBreaches(scenario, await playWorld(scenario));
}
