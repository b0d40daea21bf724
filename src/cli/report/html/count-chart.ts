/** Draws how often each kind of difference was found. */

import type { DifferenceCount } from "../../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { nameKind } from "../list-differences.ts";
import { html, type Markup } from "./markup.ts";

const WIDTH = 860;
const LABEL_WIDTH = 210;
const BAR_HEIGHT = 10;
const ROW_HEIGHT = 46;

/** Three bars for each kind: the primary's second run, the backup, and the switch. */
export function drawCounts(counts: readonly DifferenceCount[], sampleCount: number): Markup {
  const height = counts.length * ROW_HEIGHT;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="differences by kind">
${counts.map((count, index) => drawKind(count, index * ROW_HEIGHT, sampleCount))}</svg>`;
}

function drawKind({ kind, primaryCount, backupCount, switchCount }: DifferenceCount, y: number, total: number): Markup {
  const bars = [
    ["primary", primaryCount],
    ["backup", backupCount],
    ["switch", switchCount],
  ] as const;
  return html`<text x="0" y="${y + 22}">${nameKind(kind)}</text>
${bars.map(([className, count], index) => {
  const width = Math.max(1, Math.round((count / Math.max(1, total)) * (WIDTH - LABEL_WIDTH - 60)));
  const top = y + 4 + index * (BAR_HEIGHT + 2);
  return html`<rect class="fill ${className}" x="${LABEL_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}" rx="2"/><text class="note" x="${LABEL_WIDTH + width + 6}" y="${top + 9}">${count}</text>
`;
})}`;
}
