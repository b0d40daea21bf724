/** Writes a report as one page that needs nothing else: no scripts, no fonts, nothing from elsewhere. */

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import {
  SampleResult_Run as Run,
  type SampleResult,
  type Verdict,
} from "../../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { AttemptOutcomeSchema } from "../../../../gen/ts/understudy/v1/ledger_pb.ts";
import { enumWord } from "../../../call/enum-words.ts";
import { formatCost, formatUsage } from "../../format-spending.ts";
import { findTexts } from "../answer-text.ts";
import { describeCriterion, showResult } from "../describe-criterion.ts";
import { listDifferences } from "../list-differences.ts";
import type { Report } from "../report.ts";
import { drawBounds } from "./bounds-chart.ts";
import { drawCounts } from "./count-chart.ts";
import { drawLatency } from "./latency-chart.ts";
import { html, type Markup } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** Differences that are listed one by one. */
const MAX_LISTED = 200;

/** The page. Answers only with `includeText`. */
export function formatReportHtml(report: Report, includeText: boolean): string {
  const { workload, planned, finished, createTimeMs } = report;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backups of ${workload}</title>
<style>${{ markup: PAGE_STYLE }}</style>
<h1>Backups of ${workload}</h1>
<p class="about">Measured against ${planned.primary} on ${new Date(createTimeMs).toISOString().slice(0, 10)}: ${planned.sampleCount} samples, each twice on the primary and once on each backup; seed ${String(planned.seed)}; ${formatUsage(finished.usage)}, ${formatCost(finished.cost)}.${finished.incomplete ? " Not whole: a limit was reached." : ""}</p>
${finished.verdicts.map((verdict) => describeVerdict(report, verdict, includeText))}
</html>
`.markup;
}

function describeVerdict(report: Report, verdict: Verdict, includeText: boolean): Markup {
  const { planned, results } = report;
  const result = showResult(verdict.result);
  const lines = (pick: (result: SampleResult) => Duration | undefined) =>
    [
      { name: planned.primary, className: "primary", timesMs: timesOf(results, planned.primary, Run.PRIMARY, pick) },
      { name: verdict.route, className: "backup", timesMs: timesOf(results, verdict.route, Run.BACKUP, pick) },
    ] as const;
  return html`<h2>${verdict.route} <span class="verdict ${result}">${result.toUpperCase()}</span></h2>
<p class="about">${verdict.sampleCount} samples were judged. The dot is what was measured, the bar reaches to the one-sided 95 % bounds; a pass needs every bar to end before the limit.</p>
<div class="card">${drawBounds(verdict.criteria)}</div>
${criteriaTable(verdict)}
<h3>Latency</h3>
<p class="about"><span class="key primary"></span>${planned.primary}<span class="key backup"></span>${verdict.route}</p>
<div class="pair">${drawLatency(
    "Calls whose first token had come",
    lines(({ attempt }) => attempt?.timeToFirstToken),
  )}${drawLatency(
    "Calls that were complete",
    lines(({ attempt }) => attempt?.duration),
  )}</div>
${figuresTable(verdict)}
${describeDifferences(report, verdict, includeText)}
${outcomesTable(verdict)}
${verdict.unknownCostShare > 0 ? html`<p>The cost of ${(verdict.unknownCostShare * 100).toFixed(1)} % of the calls is not known.</p>` : html``}`;
}

function timesOf(
  results: readonly SampleResult[],
  route: string,
  run: SampleResult["run"],
  pick: (result: SampleResult) => Duration | undefined,
): number[] {
  return results
    .filter((result) => result.route === route && result.run === run && result.shape !== undefined)
    .flatMap((result) => {
      const duration = pick(result);
      return duration === undefined ? [] : [durationMs(duration)];
    });
}

function criteriaTable({ criteria }: Verdict): Markup {
  return table(
    ["Criterion", "Result", "Primary", "Backup", "Difference (95 % bounds)", "At most"],
    criteria.map((criterion) => {
      const { title, result, primary, backup, value, limit } = describeCriterion(criterion);
      const judged = html`<td class="${result}">${result}</td>`;
      return html`<tr>${cell(title)}${judged}${[primary, backup, value, limit].map(cell)}</tr>`;
    }),
  );
}

function figuresTable({ figures }: Verdict): Markup {
  return table(
    ["Figure", "Primary", "Backup", "Ratio (95 % bounds)"],
    figures.map((figure) => {
      const { title, primary, backup, value } = describeCriterion(figure);
      return html`<tr>${[title, primary, backup, value].map(cell)}</tr>`;
    }),
  );
}

function describeDifferences(report: Report, verdict: Verdict, includeText: boolean): Markup {
  const found = listDifferences(report.results, verdict.route);
  if (verdict.differences.length === 0) return html`<h3>Differences</h3><p>None was found.</p>`;
  const named = [...new Set(found.map(({ sample }) => sample))].slice(0, MAX_LISTED);
  const rows = found
    .slice(0, MAX_LISTED)
    .map(
      ({ sample, kind, path, expected, actual, switched }) =>
        html`<tr>${[sample, switched ? `${kind} (switch)` : kind, path, expected, actual].map(cell)}</tr>`,
    );
  return html`<h3>Differences from the primary's first answer</h3>
<p class="about"><span class="key primary"></span>primary again<span class="key backup"></span>backup<span class="key switch"></span>begun on the primary, finished on the backup</p>
<div class="card">${drawCounts(verdict.differences, verdict.sampleCount)}</div>
${rows.length === 0 ? html`` : table(["Sample", "Difference", "At", "Primary", "Backup"], rows)}
${found.length > MAX_LISTED ? html`<p>And ${found.length - MAX_LISTED} more.</p>` : html``}
${includeText ? named.map((sample) => showTexts(report, verdict, sample)) : html``}`;
}

function showTexts({ samples, results, planned }: Report, { route }: Verdict, sample: string): Markup {
  const texts = findTexts(sample, samples, results, planned.primary, route);
  return html`<details><summary>${sample}</summary>${texts.map(({ title, text }) => html`<p class="about">${title}</p><pre>${text}</pre>`)}</details>
`;
}

function outcomesTable({ outcomes }: Verdict): Markup {
  if (outcomes.length < 2) return html``;
  const rows = outcomes.map(
    ({ outcome, primaryCount, backupCount }) =>
      html`<tr>${[enumWord(AttemptOutcomeSchema, outcome), String(primaryCount), String(backupCount)].map(cell)}</tr>`,
  );
  return html`<h3>How the calls ended</h3>${table(["Outcome", "Primary", "Backup"], rows)}`;
}

function table(headings: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="wide"><table><tr>${headings.map((heading) => html`<th>${heading}</th>`)}</tr>
${rows}</table></div>`;
}

function cell(text: string): Markup {
  return html`<td>${text === "" ? "–" : text}</td>`;
}
