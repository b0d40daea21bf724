/** Draws which share of the calls was done after how long. */

import { describeElapsed } from "../../../time/duration.ts";
import { html, type Markup } from "./markup.ts";

const WIDTH = 420;
const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 30;
const TOP = 12;

/** Points of one line: more are not seen. */
const MAX_POINTS = 200;

/** Times of one route, in milliseconds. */
export interface Line {
  readonly name: string;
  readonly className: "primary" | "backup";
  readonly timesMs: readonly number[];
}

/** One line for each route: how many percent of its calls had come so far at a time. */
export function drawLatency(title: string, lines: readonly Line[]): Markup {
  const all = lines.flatMap(({ timesMs }) => timesMs);
  if (all.length === 0) return html``;
  const longest = Math.max(...all) * 1.05;
  const x = (ms: number): number => round(LEFT + (ms / longest) * (WIDTH - LEFT - 8));
  const y = (share: number): number => round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM));
  return html`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${[0, 0.5, 0.95, 1].map(
  (share) =>
    html`<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${y(share)}" y2="${y(share)}"/><text class="note" x="${LEFT - 6}" y="${y(share) + (share === 1 ? -1 : share === 0.95 ? 9 : 4)}" text-anchor="end">${share * 100} %</text>
`,
)}${[0, 0.5, 1].map(
  (part) =>
    html`<text class="note" x="${x((longest / 1.05) * part)}" y="${HEIGHT - 8}" text-anchor="${part === 0 ? "start" : part === 1 ? "end" : "middle"}">${describeElapsed((longest / 1.05) * part)}</text>
`,
)}${lines.map(
  ({ className, timesMs }) => html`<path class="line ${className}" d="${drawPath(timesMs, x, y)}"/>
`,
)}</svg></figure>`;
}

function drawPath(timesMs: readonly number[], x: (ms: number) => number, y: (share: number) => number): string {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const step = Math.max(1, Math.floor(sorted.length / MAX_POINTS));
  const points = sorted.flatMap((ms, index) =>
    index % step === 0 || index === sorted.length - 1 ? [`H${x(ms)}V${y((index + 1) / sorted.length)}`] : [],
  );
  return `M${x(sorted[0] ?? 0)} ${y(0)}${points.join("")}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
