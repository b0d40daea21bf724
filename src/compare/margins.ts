/** What a backup must reach: the margins of an acceptance with every default filled in. */

import { create } from "@bufbuild/protobuf";
import { type Acceptance, AcceptanceSchema } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { MARGIN_RULES, type MarginName } from "../config/acceptance-ranges.ts";
import { samplesToExclude } from "./statistics/estimate-share.ts";

/** Fewest samples that limit a p95 from above: the largest of fewer values may itself lie below it. */
const SAMPLES_FOR_P95 = 59;

/** Every margin as a number. */
export type Margins = Readonly<Record<MarginName, number>>;

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

/** The margins as a message with every field set. */
export function describeMargins(margins: Margins): Acceptance {
  return create(AcceptanceSchema, margins);
}

/** Samples that a pass needs at least, if none of them differs or fails. */
export function countNeededSamples({ shapeMargin, errorMargin }: Margins): number {
  return Math.max(SAMPLES_FOR_P95, samplesToExclude(shapeMargin), samplesToExclude(errorMargin));
}
