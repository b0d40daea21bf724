/** Reads and writes lengths of time as a configuration has them: `500ms`, `1.5s`, `2m`, `1h`. */

const UNITS_MS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

const HOUR_MS = 3_600_000;

/** Length in whole milliseconds; undefined if the text is not a duration or is finer than a millisecond. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)([a-z]{1,2})$/.exec(text);
  const unitMs = UNITS_MS.get(match?.[2] ?? "");
  if (unitMs === undefined) return undefined;
  const ms = Number(match?.[1]) * unitMs;
  const rounded = Math.round(ms);
  return Math.abs(ms - rounded) < 1e-6 * Math.max(1, ms) ? rounded : undefined;
}

/** Writes a length with the largest unit that keeps it whole: `90000` becomes `90s`. */
export function formatDuration(ms: number): string {
  if (ms !== 0 && ms % HOUR_MS === 0) return `${ms / HOUR_MS}h`;
  if (ms % 1000 === 0) return `${ms / 1000}s`;
  return `${ms}ms`;
}
