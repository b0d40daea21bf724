/** Reads a length of time as people write it. */

import { InvalidArgumentError } from "commander";
import { parseDuration } from "../time/duration.ts";

/** Longest length that is taken, the server's own maximum: 1 h. */
const maxDurationMs = 3_600_000;

/** Returns milliseconds, from 1 ms to 1 h. Fails with `InvalidArgumentError` for other texts than `500ms`, `30s`, `2m`. */
export function parseDeadline(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined && durationMs >= 1 && durationMs <= maxDurationMs) return durationMs;
  throw new InvalidArgumentError("Give a length of time from 1ms to 1h, like 500ms, 30s or 2m.");
}
