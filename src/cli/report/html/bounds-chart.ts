/** Draws how far each criterion is from its limit, with its bounds. */

import { type Criterion, Verdict_Result as Result } from "../../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { describeCriterion, showValue, unitOf } from "../describe-criterion.ts";
import { html, type Markup } from "./markup.ts";

const WIDTH = 860;
const ROW_HEIGHT = 44;
const LABEL_WIDTH = 210;
const RIGHT = 180;
const PLOT = WIDTH - LABEL_WIDTH - RIGHT;

/** Where a limit stands on its row, as a share of the plot: all limits stand under each other. */
const LIMIT_AT = 0.62;

const CLASSES: Readonly<Record<number, string>> = { [Result.PASS]: "pass", [Result.FAIL]: "fail" };

/**
 * One row for each criterion. Its scale runs from "no difference" at the left to the limit, so that criteria of all
 * units share one line; what lies beyond the plot is cut at its edge.
 */
export function drawBounds(criteria: readonly Criterion[]): Markup {
  const height = criteria.length * ROW_HEIGHT + 34;
  const limitX = LABEL_WIDTH + PLOT * LIMIT_AT;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="criteria with their bounds">
<line class="limit" x1="${limitX}" x2="${limitX}" y1="8" y2="${height - 26}"/>
<line class="axis" x1="${LABEL_WIDTH + noneAt()}" x2="${LABEL_WIDTH + noneAt()}" y1="8" y2="${height - 26}"/>
<text class="note" x="${limitX}" y="${height - 8}" text-anchor="middle">limit</text>
<text class="note" x="${LABEL_WIDTH + noneAt()}" y="${height - 8}" text-anchor="middle">like the primary</text>
${criteria.map(drawRow)}</svg>`;
}

function drawRow(criterion: Criterion, index: number): Markup {
  const y = index * ROW_HEIGHT + 26;
  const { title, value } = describeCriterion(criterion);
  const limit = criterion.limit ?? 1;
  const unit = unitOf(criterion.name);
  const at = (figure: number): number => LABEL_WIDTH + clamp(place(figure, limit, unit === "share"));
  const className = CLASSES[criterion.result] ?? "open";
  const label = html`<text x="0" y="${y + 5}">${title}</text>
<text class="note" x="${WIDTH}" y="${y + 5}" text-anchor="end">${value === "" ? "no samples" : value.replace(/ \(.*/u, "")}, at most ${showValue(limit, unit)}</text>`;
  if (criterion.value === undefined) return label;
  const from = at(criterion.lowerBound ?? Number.NEGATIVE_INFINITY);
  const to = at(criterion.upperBound ?? Number.POSITIVE_INFINITY);
  return html`${label}
<rect class="bar ${className}" x="${from}" y="${y - 4}" width="${Math.max(2, to - from)}" height="8" rx="4"><title>${title}: ${value}</title></rect>
<circle class="dot ${className}" cx="${at(criterion.value)}" cy="${y}" r="6"/>
`;
}

/** Where "no difference" stands, in units of the plot. */
function noneAt(): number {
  return PLOT * 0.25;
}

/** A figure on its row: shares by their difference, ratios by their logarithm. */
function place(figure: number, limit: number, isShare: boolean): number {
  const whole = isShare ? limit : Math.log(Math.max(limit, 1.01));
  const part = isShare ? figure : figure <= 0 ? Number.NEGATIVE_INFINITY : Math.log(figure);
  return noneAt() + (part / whole) * (PLOT * LIMIT_AT - noneAt());
}

function clamp(x: number): number {
  return Math.round(Math.min(PLOT, Math.max(0, x)) * 10) / 10;
}
