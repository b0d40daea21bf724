/** Shows how far a comparison is. */

import type { ComparisonPlanned, SampleResult } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { describeElapsed } from "../../time/duration.ts";
import { formatCost } from "../format-spending.ts";
import type { Output } from "../terminal/terminal.ts";

/** A line that is not rewritten comes once for each of so many parts of the whole. */
const LINES_WITHOUT_TERMINAL = 10;

export interface ProgressView {
  show(result: SampleResult, callCount: number): Promise<void>;
  /** Leaves the terminal at the beginning of a line. */
  end(): Promise<void>;
}

/** What is shown before the first call. */
export function formatPlanned(planned: ComparisonPlanned, goesOn: boolean): string[] {
  const { primary, backups, sampleCount, callCount, neededSampleCount, worstCaseCost, worstCaseTokens, seed } = planned;
  const rest = goesOn ? " that are left of an earlier run" : "";
  return [
    `comparing ${backups.join(", ")} with ${primary}: ${sampleCount} samples, ${callCount} calls${rest}, seed ${seed}`,
    `in the worst case: ${formatCost(worstCaseCost)}, ${worstCaseTokens} tokens`,
    sampleCount < neededSampleCount
      ? `a pass needs at least ${neededSampleCount} samples: with ${sampleCount} only a failure can be certain`
      : `a pass needs at least ${neededSampleCount} samples`,
  ];
}

/** Creates the view of one comparison. */
export function createProgressView(err: Output): ProgressView {
  const startedAtMs = performance.now();
  const seen = new Set<string>();
  let midLine = false;
  let differing = 0;
  let failed = 0;
  return {
    async show({ sample, route, run, differences, shape }, callCount) {
      if (differences.length > 0) differing++;
      const key = `${run} ${route} ${sample}`;
      if (seen.has(key)) return;
      if (shape === undefined) failed++;
      seen.add(key);
      const elapsed = describeElapsed(performance.now() - startedAtMs);
      const line = `${seen.size} of ${callCount} calls, ${differing} differ, ${failed} failed, ${elapsed}`;
      const step = Math.ceil(callCount / LINES_WITHOUT_TERMINAL);
      if (err.isTerminal) await err.write(`\r\u001b[K${err.paint("faint", line)}`);
      else if (seen.size % step === 0 || seen.size === callCount) await err.write(`${line}\n`);
      midLine = err.isTerminal;
    },
    async end() {
      if (midLine) await err.write("\n");
      midLine = false;
    },
  };
}
