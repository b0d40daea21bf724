/** Reads from the body of an error how long an upstream asks to be left alone. */

import { isObject } from "../../call/json-object.ts";
import { boundWait, parseLimitReset } from "../../wire/retry-after.ts";
import { listOf, stringOf } from "./json-values.ts";

const AMOUNT = /(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)(?![a-z])/gi;

/** `try again in 20s`, `Please retry after 26 seconds`, `wait 1m30.5s`, `Please retry in 24.3s`. */
const SENTENCE = new RegExp(
  `\\b(?:again|retry|wait)(?:ing)?\\b(?: (?:in|after|for|at|least|about|another))* ((?:${AMOUNT.source}[ ,]*(?:and )?)+)`,
  "i",
);

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^m(?:s|illi)/i, 1],
  [/^s/i, 1000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
  [/^d/i, 86_400_000],
];

/**
 * The wait in milliseconds, from 250 to a day: Google's `RetryInfo`, the headers of the provider that OpenRouter passes
 * on, or words; undefined if nothing names one.
 */
export function readNamedWait(error: unknown, message: string): number | undefined {
  if (!isObject(error)) return boundWait(readWords(message));
  for (const detail of listOf(error["details"])) {
    const delay = isObject(detail) ? readSpan(stringOf(detail["retryDelay"])) : undefined;
    if (delay !== undefined) return boundWait(delay);
  }
  return boundWait(readWords(message)) ?? readPassedHeaders(error["metadata"]);
}

function readPassedHeaders(metadata: unknown): number | undefined {
  const passed = isObject(metadata) ? metadata["headers"] : undefined;
  if (!isObject(passed)) return undefined;
  const entries = Object.entries(passed).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return parseLimitReset(Object.fromEntries(entries), Date.now());
}

function readWords(message: string): number | undefined {
  return readSpan(SENTENCE.exec(message)?.[1] ?? "");
}

function readSpan(text: string): number | undefined {
  let ms: number | undefined;
  for (const [, amount, unit = ""] of text.matchAll(AMOUNT))
    ms = (ms ?? 0) + Number(amount) * (UNIT_MS.find(([pattern]) => pattern.test(unit))?.[1] ?? 0);
  return ms;
}
