/** Margins of an acceptance: default and range of each, the same for a workload's acceptance and for one in a request. */

import { type Acceptance, AcceptanceSchema } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";

export interface MarginRule {
  readonly preset: number;
  readonly least: number;
  readonly most: number;
}

/** By the name of the field. */
export const MARGIN_RULES = {
  /** One answer in twenty: what a caller that checks answers and asks again can bear during an outage. */
  shapeMargin: { preset: 0.05, least: 0.001, most: 1 },
  /** Half as slow again is noticed, but better than no answer. */
  firstTokenRatio: { preset: 1.5, least: 1, most: 100 },
  totalRatio: { preset: 1.5, least: 1, most: 100 },
  /** Below 1 demands a backup that is cheaper. */
  costRatio: { preset: 1.5, least: 0.01, most: 100 },
  /** One call in fifty; 149 samples without an error are enough to show it. */
  errorMargin: { preset: 0.02, least: 0.001, most: 1 },
} as const satisfies Readonly<Record<string, MarginRule>>;

export type MarginName = keyof typeof MARGIN_RULES;

/** The names of the margins. */
const MARGIN_NAMES = [
  "shapeMargin",
  "firstTokenRatio",
  "totalRatio",
  "costRatio",
  "errorMargin",
] as const satisfies readonly MarginName[];

/** The fields of an acceptance that are out of their range, in their proto names, each with its mend. */
export function findMarginFaults(acceptance: Acceptance): { readonly field: string; readonly mend: string }[] {
  return MARGIN_NAMES.flatMap((name) => {
    const { least, most } = MARGIN_RULES[name];
    const value = acceptance[name];
    if (value === undefined || (value >= least && value <= most)) return [];
    return [{ field: AcceptanceSchema.field[name].name, mend: `give ${least} to ${most}` }];
  });
}
