/** Reads and writes lengths of time: in the notation of configuration and options, and in words for people. */

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Unit of the notation: `m` is a minute, `w` a week. */
type DurationUnit = keyof typeof UNITS_MS;

/** Units of what a call waits for. */
const CALL_UNITS: readonly DurationUnit[] = ["ms", "s", "m", "h"];

/**
 * Reads `500ms`, `1.5s`, `2m`, `1h`, with the units that are taken; default those up to hours. Returns whole milliseconds;
 * undefined if the text is no length of time, has another unit or is finer than a millisecond.
 */
export function parseDuration(text: string, units: readonly DurationUnit[] = CALL_UNITS): number | undefined {
  const [, amount, letters] = /^(\d{1,9}(?:\.\d{1,6})?)([a-z]{1,2})$/u.exec(text) ?? [];
  const unit = units.find((each) => each === letters);
  if (unit === undefined) return undefined;
  const ms = Number(amount) * UNITS_MS[unit];
  const roundedMs = Math.round(ms);
  return Math.abs(ms - roundedMs) < 1e-6 * Math.max(1, ms) ? roundedMs : undefined;
}

/** Writes the notation, with the largest unit of hours, seconds and milliseconds that keeps it whole: `1h`, `90s`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms !== 0 && ms % UNITS_MS.h === 0) return `${ms / UNITS_MS.h}h`;
  if (ms % UNITS_MS.s === 0) return `${ms / UNITS_MS.s}s`;
  return `${ms}ms`;
}

/** Writes a limit as the one who set it would say it, never in minutes: `300 ms`, `1.5 s`, `20 s`, `900 s`. */
export function describeLimit(ms: number): string {
  return ms < UNITS_MS.s ? `${Math.round(ms)} ms` : `${Number((ms / UNITS_MS.s).toFixed(1))} s`;
}

/**
 * Writes a measured time as precisely as it matters: `312 ms`, `2.0 s`, `3 min 5 s`, `2 h 10 min`. Seconds always have
 * their tenth, so that a time that is drawn again and again does not jump.
 */
export function describeElapsed(elapsedMs: number): string {
  const ms = Math.round(elapsedMs);
  if (ms < UNITS_MS.s) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / UNITS_MS.s).toFixed(1)} s`;
  const seconds = Math.round(ms / UNITS_MS.s);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
