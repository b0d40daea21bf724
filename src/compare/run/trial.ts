/** What a comparison consists of: one sample on one route, or begun on one and finished on another. */

import {
  SampleResult_Run as Run,
  type Sample,
  type SampleResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { createSeededRandom, shuffle } from "../seeded-random.ts";
import { resultKey } from "../verdict/sample-runs.ts";

/** One sample on one route. */
export interface Trial {
  readonly sample: Sample;
  /** The route that is judged. */
  readonly route: string;
  readonly run: SampleResult["run"];
  /** Where a switch is cut, as a share of the primary's answer, 0.1 to 0.9. */
  readonly cutShare: number;
}

/** The trials of one sample, in the order in which they are made. */
export type SampleTrials = readonly Trial[];

export interface TrialOrder {
  readonly samples: readonly Sample[];
  readonly primary: string;
  readonly backups: readonly string[];
  /** Whether each sample is also begun on the primary and finished on each backup. */
  readonly switches: boolean;
  readonly seed: bigint;
}

/**
 * Lists all trials: the samples in random order, and each sample's routes in random order, so that a slow hour falls on
 * all routes alike. Switches come last, because the place of their cut needs the primary's answer. The same seed gives
 * the same order, whatever was done before.
 */
export function listTrials({ samples, primary, backups, switches, seed }: TrialOrder): SampleTrials[] {
  return shuffle(samples, createSeededRandom(seed, "samples")).map((sample) => {
    const random = createSeededRandom(seed, "routes", sample.name);
    const make = (route: string, run: SampleResult["run"]): Trial => ({
      sample,
      route,
      run,
      cutShare: 0.1 + 0.8 * createSeededRandom(seed, "cut", sample.name, route)(),
    });
    const whole = [
      make(primary, Run.PRIMARY),
      make(primary, Run.PRIMARY_AGAIN),
      ...backups.map((backup) => make(backup, Run.BACKUP)),
    ];
    const cut = switches ? backups.map((backup) => make(backup, Run.SWITCH)) : [];
    return [...shuffle(whole, random), ...cut];
  });
}

/** The key of the result of a trial. */
export function trialKey({ sample, route, run }: Trial): string {
  return resultKey({ sample: sample.name, route, run });
}
