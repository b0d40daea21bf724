/** Writes a report for the terminal. */

import { Verdict_Result as Result, type Verdict } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { AttemptOutcomeSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { formatCost, formatUsage } from "../format-spending.ts";
import type { Paint, Style } from "../terminal/shown-text.ts";
import { type Cell, formatTable } from "../terminal/table.ts";
import { describeCriterion, showResult } from "./describe-criterion.ts";
import { listDifferences, nameKind } from "./list-differences.ts";
import type { Report } from "./report.ts";

/** Differences that are listed one by one; the counts tell the rest. */
const MAX_LISTED = 20;

const STYLES: Readonly<Record<number, Style>> = {
  [Result.PASS]: "good",
  [Result.FAIL]: "bad",
  [Result.INCONCLUSIVE]: "warning",
};

/** The lines of the report. */
export function formatReportText(report: Report, paint: Paint): string[] {
  const { finished } = report;
  return [
    ...finished.verdicts.flatMap((verdict) => [...describeVerdict(report, verdict, paint), ""]),
    `the comparison took ${formatUsage(finished.usage)}, ${formatCost(finished.cost)}`,
  ];
}

function describeVerdict(report: Report, verdict: Verdict, paint: Paint): string[] {
  const { workload, planned } = report;
  const style = STYLES[verdict.result] ?? "faint";
  const result = paint(style, showResult(verdict.result).toUpperCase());
  return [
    `${workload}: ${verdict.route} in the place of ${planned.primary}: ${result} (${verdict.sampleCount} samples)`,
    "",
    ...criteriaTable(verdict, paint),
    "",
    ...figuresTable(verdict, paint),
    ...countsTable(verdict, paint),
    ...differencesTable(report, verdict, paint),
    ...outcomesTable(verdict, paint),
    ...(verdict.unknownCostShare > 0
      ? ["", `the cost of ${(verdict.unknownCostShare * 100).toFixed(1)} % of the calls is not known`]
      : []),
  ];
}

function criteriaTable({ criteria }: Verdict, paint: Paint): string[] {
  const rows = criteria.map((criterion): Cell[] => {
    const { title, result, primary, backup, value, limit } = describeCriterion(criterion);
    const judged: Cell = { text: result, style: STYLES[criterion.result] ?? "faint" };
    return [title, judged, primary, backup, value, limit];
  });
  const headings = ["CRITERION", "RESULT", "PRIMARY", "BACKUP", "DIFFERENCE (95 % BOUNDS)", "AT MOST"];
  return formatTable(headings, rows, { paint });
}

function figuresTable({ figures }: Verdict, paint: Paint): string[] {
  const rows = figures.map((figure) => {
    const { title, primary, backup, value } = describeCriterion(figure);
    return [title, primary, backup, value];
  });
  return formatTable(["FIGURE", "PRIMARY", "BACKUP", "RATIO (95 % BOUNDS)"], rows, { paint });
}

function countsTable({ differences }: Verdict, paint: Paint): string[] {
  if (differences.length === 0) return [];
  const rows = differences.map(({ kind, primaryCount, backupCount, switchCount }) => [
    nameKind(kind),
    String(primaryCount),
    String(backupCount),
    String(switchCount),
  ]);
  return ["", ...formatTable(["DIFFERENCE", "PRIMARY AGAIN", "BACKUP", "SWITCH"], rows, { paint })];
}

function differencesTable({ results }: Report, { route }: Verdict, paint: Paint): string[] {
  const found = listDifferences(results, route);
  if (found.length === 0) return [];
  const rows = found
    .slice(0, MAX_LISTED)
    .map(({ sample, kind, path, expected, actual, switched }) => [
      sample,
      switched ? `${kind} (switch)` : kind,
      path,
      `${expected} -> ${actual}`,
    ]);
  const more = found.length - rows.length;
  return [
    "",
    ...formatTable(["SAMPLE", "DIFFERENCE", "AT", "PRIMARY -> BACKUP"], rows, { paint }),
    ...(more > 0 ? [`and ${more} more: see the reports`] : []),
  ];
}

function outcomesTable({ outcomes }: Verdict, paint: Paint): string[] {
  if (outcomes.length < 2) return [];
  const rows = outcomes.map(({ outcome, primaryCount, backupCount }) => [
    enumWord(AttemptOutcomeSchema, outcome),
    String(primaryCount),
    String(backupCount),
  ]);
  return ["", ...formatTable(["CALLS ENDED", "PRIMARY", "BACKUP"], rows, { paint })];
}
