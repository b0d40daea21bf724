/** Puts the results of a comparison together, sample by sample. */

import { SampleResult_Run as Run, type SampleResult } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";

/** What is known of one sample, as far as one backup is concerned. */
export interface SampleRuns {
  readonly primary: SampleResult | undefined;
  readonly again: SampleResult | undefined;
  readonly backup: SampleResult | undefined;
  readonly switched: SampleResult | undefined;
}

/** Names a result: a later one with the same key replaces an earlier one. */
export function resultKey({ sample, route, run }: Pick<SampleResult, "sample" | "route" | "run">): string {
  return `${run} ${route} ${sample}`;
}

/** The runs of every sample that has any. */
export function collectRuns(results: readonly SampleResult[], primary: string, backup: string): SampleRuns[] {
  const found = new Map(results.map((result) => [resultKey(result), result]));
  return [...new Set(results.map(({ sample }) => sample))].map((sample) => ({
    primary: found.get(resultKey({ sample, route: primary, run: Run.PRIMARY })),
    again: found.get(resultKey({ sample, route: primary, run: Run.PRIMARY_AGAIN })),
    backup: found.get(resultKey({ sample, route: backup, run: Run.BACKUP })),
    switched: found.get(resultKey({ sample, route: backup, run: Run.SWITCH })),
  }));
}
