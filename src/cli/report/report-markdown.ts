/** Writes a report as Markdown: for a pull request or a wiki. */

import type { Verdict } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { formatCost, formatUsage } from "../format-spending.ts";
import { findTexts } from "./answer-text.ts";
import { describeCriterion, showResult } from "./describe-criterion.ts";
import { listDifferences, nameKind } from "./list-differences.ts";
import type { Report } from "./report.ts";

/** Differences that are listed one by one. */
const MAX_LISTED = 100;

/** The text of the report. Answers only with `includeText`. */
export function formatReportMarkdown(report: Report, includeText: boolean): string {
  const { workload, planned, finished, createTimeMs } = report;
  const blocks = [
    `# Backups of ${escape(workload)}`,
    `Measured against ${escape(planned.primary)} on ${new Date(createTimeMs).toISOString().slice(0, 10)}: ` +
      `${planned.sampleCount} samples, seed ${planned.seed}, ${formatUsage(finished.usage)}, ${formatCost(finished.cost)}.` +
      (finished.incomplete ? " **Not whole: a limit was reached.**" : ""),
    ...finished.verdicts.flatMap((verdict) => describeVerdict(report, verdict, includeText)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function describeVerdict(report: Report, verdict: Verdict, includeText: boolean): string[] {
  const { results, samples, planned } = report;
  const found = listDifferences(results, verdict.route);
  const named = [...new Set(found.map(({ sample }) => sample))];
  return [
    `## ${escape(verdict.route)}: ${showResult(verdict.result).toUpperCase()}`,
    table(
      ["Criterion", "Result", "Primary", "Backup", "Difference (95 % bounds)", "At most"],
      verdict.criteria.map((criterion) => {
        const { title, result, primary, backup, value, limit } = describeCriterion(criterion);
        return [title, result, primary, backup, value, limit];
      }),
    ),
    table(
      ["Figure", "Primary", "Backup", "Ratio (95 % bounds)"],
      verdict.figures.map((figure) => {
        const { title, primary, backup, value } = describeCriterion(figure);
        return [title, primary, backup, value];
      }),
    ),
    table(
      ["Difference", "Primary again", "Backup", "Switch"],
      verdict.differences.map(({ kind, primaryCount, backupCount, switchCount }) => [
        nameKind(kind),
        String(primaryCount),
        String(backupCount),
        String(switchCount),
      ]),
    ),
    table(
      ["Sample", "Difference", "At", "Primary", "Backup"],
      found
        .slice(0, MAX_LISTED)
        .map(({ sample, kind, path, expected, actual, switched }) => [
          sample,
          switched ? `${kind} (switch)` : kind,
          path,
          expected,
          actual,
        ]),
    ),
    ...(includeText
      ? named
          .slice(0, MAX_LISTED)
          .flatMap((sample) => showTexts(sample, findTexts(sample, samples, results, planned.primary, verdict.route)))
      : []),
  ];
}

function showTexts(sample: string, texts: ReturnType<typeof findTexts>): string[] {
  return [`### ${escape(sample)}`, ...texts.flatMap(({ title, text }) => [`${escape(title)}:`, quote(text)])];
}

/** In a fence that is longer than any in the text. */
function quote(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return [makeRow(headings), `|${headings.map(() => " --- |").join("")}`, ...rows.map(makeRow)].join("\n");
}

function makeRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => escape(cell) || "-").join(" | ")} |`;
}

/** Names come from files and from models' keys: they are text, not Markdown. */
function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/gu, String.raw`\$&`).replace(/[\r\n]+/gu, " ");
}
