/** Reads the life of an approval. */

import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../time/duration.ts";

const HOUR_MS = 3_600_000;

/** Longest life: vendors change a model behind its name within a year. */
const MAX_LIFETIME_MS = 366 * 24 * HOUR_MS;

/** Returns milliseconds, from 1 h to 366 d. Fails with `InvalidArgumentError` for other texts than `12h`, `90d`, `8w`. */
export function parseLifetime(text: string): number {
  const lifetimeMs = parseDuration(text, ["h", "d", "w"]);
  if (lifetimeMs !== undefined && lifetimeMs >= HOUR_MS && lifetimeMs <= MAX_LIFETIME_MS) return lifetimeMs;
  throw new InvalidArgumentError("Give a life from 1h to 366d, like 12h, 90d or 8w.");
}
