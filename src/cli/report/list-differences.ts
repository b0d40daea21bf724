/** Lists the differences that were found, each with the name of its sample. */

import {
  type DifferenceCount,
  ShapeDifference_KindSchema as KindSchema,
  SampleResult_Run as Run,
  type SampleResult,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { enumName } from "../../call/enum-words.ts";

const KIND_WORDS: Readonly<Record<string, string>> = {
  JSON_INVALID: "not JSON",
  SCHEMA_BROKEN: "breaks the schema",
  KEYS: "other keys",
  TYPES: "other types",
  TOOL_NAMES: "other tools called",
  TOOL_ARGUMENTS: "other tool arguments",
  FINISH_REASON: "other ending",
  REFUSAL: "declined",
  LENGTH: "other length",
  STRUCTURE: "other structure",
  EMPTY: "empty",
};

/** One difference. */
export interface DifferenceRow {
  readonly sample: string;
  readonly kind: string;
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  /** Whether the answer was begun on the primary and finished on the backup. */
  readonly switched: boolean;
}

/** The differences of a backup's answers, by the names of their samples. */
export function listDifferences(results: readonly SampleResult[], backup: string): DifferenceRow[] {
  return results
    .filter(({ route, run }) => route === backup && (run === Run.BACKUP || run === Run.SWITCH))
    .toSorted((a, b) => a.sample.localeCompare(b.sample, "en", { numeric: true }) || a.run - b.run)
    .flatMap(({ sample, run, differences }) =>
      differences.map(({ kind, path, expected, actual }) => ({
        sample,
        kind: nameKind(kind),
        path,
        expected,
        actual,
        switched: run === Run.SWITCH,
      })),
    );
}

/** The kind of a difference in words. */
export function nameKind(kind: DifferenceCount["kind"]): string {
  const name = enumName(KindSchema, kind);
  return KIND_WORDS[name] ?? name;
}
