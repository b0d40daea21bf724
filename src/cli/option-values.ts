/** Reads the values of options and says which ones are taken. */

import { InvalidArgumentError } from "commander";
import { parseDuration } from "../time/duration.ts";

/** Creates a parser of whole numbers from `min` to `max`. */
export function parseWholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/u.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

/** Creates a parser of decimal numbers from `min` to `max`. */
export function parseDecimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/u.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
  };
}

/** Longest deadline that is taken, the server's own maximum: 1 h. */
const MAX_DEADLINE_MS = 3_600_000;

/** Reads a deadline from 1 ms to 1 h, in milliseconds. Fails with `InvalidArgumentError` for texts unlike `30s`, `2m`. */
export function parseDeadline(text: string): number {
  const deadlineMs = parseDuration(text);
  if (deadlineMs !== undefined && deadlineMs >= 1 && deadlineMs <= MAX_DEADLINE_MS) return deadlineMs;
  throw new InvalidArgumentError("Give a length of time from 1ms to 1h, like 500ms, 30s or 2m.");
}

/** Reads names with commas between. */
export function parseNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
