/** Shows a report and writes the files that were asked for. */

import { writeFileSync } from "node:fs";
import type { Terminal } from "../terminal/terminal.ts";
import { formatReportHtml } from "./html/report-html.ts";
import { formatReportJson, type Report } from "./report.ts";
import { formatReportMarkdown } from "./report-markdown.ts";
import { formatReportText } from "./report-text.ts";

export interface ReportFiles {
  readonly json?: string | undefined;
  readonly markdown?: string | undefined;
  readonly html?: string | undefined;
  /** Whether files carry prompts and answers. The terminal never shows them. */
  readonly includeText: boolean;
}

/** Writes the files first, so that a reader of stdout finds them. */
export async function writeReports(report: Report, files: ReportFiles, { out, err }: Terminal): Promise<void> {
  const { includeText } = files;
  const texts = [
    [files.json, formatReportJson],
    [files.markdown, formatReportMarkdown],
    [files.html, formatReportHtml],
  ] as const;
  for (const [file, format] of texts) {
    if (file === undefined) continue;
    // Answers are nobody else's business.
    writeFileSync(file, format(report, includeText), { mode: includeText ? 0o600 : 0o644 });
    await err.write(`wrote ${file}\n`);
  }
  await out.write(`${formatReportText(report, out.paint).join("\n")}\n`);
}
