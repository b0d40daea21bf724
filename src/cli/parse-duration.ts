/** Reads a length of time as people write it. */

import { InvalidArgumentError } from "commander";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Longest length that is taken, the server's own maximum: 1 h. */
const maxDurationMs = 3_600_000;

/** Returns milliseconds, from 1 ms to 1 h. Fails with `InvalidArgumentError` for other texts than `500ms`, `30s`, `2m`. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u.exec(text) ?? [];
  const durationMs = Math.round(Number(amount) * (unitMs[unit ?? ""] ?? Number.NaN));
  if (durationMs >= 1 && durationMs <= maxDurationMs) return durationMs;
  throw new InvalidArgumentError("Give a length of time from 1ms to 1h, like 500ms, 30s or 2m.");
}
