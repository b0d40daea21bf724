/** What a backup must reach: the margins of an acceptance with every default filled in. */

import { create } from "@bufbuild/protobuf";
import { type Acceptance, AcceptanceSchema } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { samplesToExclude } from "./statistics/estimate-share.ts";

/** Fewest samples that limit a p95 from above: the largest of fewer values may itself lie below it. */
const SAMPLES_FOR_P95 = 59;

const NAMES = ["shapeMargin", "firstTokenRatio", "totalRatio", "costRatio", "errorMargin"] as const;

export type MarginName = (typeof NAMES)[number];

/** Every margin as a number. */
export type Margins = Readonly<Record<MarginName, number>>;

interface MarginRule {
  readonly preset: number;
  readonly least: number;
  readonly most: number;
}

/** Defaults and ranges of the margins. */
export const MARGIN_RULES: Readonly<Record<MarginName, MarginRule>> = {
  /** One answer in twenty: what a caller that checks answers and asks again can bear during an outage. */
  shapeMargin: { preset: 0.05, least: 0.001, most: 1 },
  /** Half as slow again is noticed, but better than no answer. */
  firstTokenRatio: { preset: 1.5, least: 1, most: 100 },
  totalRatio: { preset: 1.5, least: 1, most: 100 },
  /** Below 1 demands a backup that is cheaper. */
  costRatio: { preset: 1.5, least: 0.01, most: 100 },
  /** One call in fifty; 149 samples without an error are enough to show it. */
  errorMargin: { preset: 0.02, least: 0.001, most: 1 },
};

/** Merges acceptances field by field; earlier ones rule. */
export function resolveMargins(acceptances: readonly (Acceptance | undefined)[]): Margins {
  const pick = (name: MarginName): number =>
    acceptances.find((acceptance) => acceptance?.[name] !== undefined)?.[name] ?? MARGIN_RULES[name].preset;
  return {
    shapeMargin: pick("shapeMargin"),
    firstTokenRatio: pick("firstTokenRatio"),
    totalRatio: pick("totalRatio"),
    costRatio: pick("costRatio"),
    errorMargin: pick("errorMargin"),
  };
}

/** The fields of an acceptance that are out of their range, in their proto names, each with its mend. */
export function findMarginFaults(acceptance: Acceptance): { readonly field: string; readonly description: string }[] {
  return NAMES.flatMap((name) => {
    const { least, most } = MARGIN_RULES[name];
    const value = acceptance[name];
    if (value === undefined || (value >= least && value <= most)) return [];
    return [{ field: AcceptanceSchema.field[name].name, description: `is out of range; give ${least} to ${most}` }];
  });
}

/** The margins as a message with every field set. */
export function describeMargins(margins: Margins): Acceptance {
  return create(AcceptanceSchema, margins);
}

/** Samples that a pass needs at least, if none of them differs or fails. */
export function countNeededSamples({ shapeMargin, errorMargin }: Margins): number {
  return Math.max(SAMPLES_FOR_P95, samplesToExclude(shapeMargin), samplesToExclude(errorMargin));
}
