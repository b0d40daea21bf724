/** Reads from response headers how long an upstream asks to be left alone. */

import type { HttpHeaders } from "./http-exchange.ts";

/** A shorter wait, or one that is over already, helps nobody. */
const MIN_RETRY_AFTER_MS = 250;

/** A longer wait says nothing more, and a timer of more than 24 days would fire at once. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Kinds of limits that have their own `remaining` and `reset` headers. */
const RESET_HEADERS: readonly { readonly remaining: string; readonly reset: string }[] = [
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((kind) => ({
    remaining: `anthropic-ratelimit-${kind}-remaining`,
    reset: `anthropic-ratelimit-${kind}-reset`,
  })),
  ...["requests", "tokens"].map((kind) => ({
    remaining: `x-ratelimit-remaining-${kind}`,
    reset: `x-ratelimit-reset-${kind}`,
  })),
  { remaining: "x-ratelimit-remaining", reset: "x-ratelimit-reset" },
  { remaining: "ratelimit-remaining", reset: "ratelimit-reset" },
];

/** A number from here on is no span in seconds but a time: in seconds since the epoch, and in milliseconds. */
const EPOCH_SECONDS_FROM = 1e9;
const EPOCH_MS_FROM = 1e12;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The wait in milliseconds, from 250 to a day; undefined if the upstream named none. `retry-after-ms` goes before
 * `retry-after`; zero milliseconds are none, as Azure sends them beside a whole second.
 */
export function parseRetryAfter(headers: HttpHeaders, nowMs: number): number | undefined {
  const ms = parseNumber(single(headers, "retry-after-ms"));
  return boundWait(ms === 0 ? undefined : ms) ?? boundWait(parseSecondsOrDate(single(headers, "retry-after"), nowMs));
}

/** The wait until the latest reset of a limit of which nothing remains, within the same bounds. */
export function parseLimitReset(headers: HttpHeaders, nowMs: number): number | undefined {
  let latest: number | undefined;
  for (const { remaining, reset } of RESET_HEADERS) {
    if (parseNumber(single(headers, remaining)) !== 0) continue;
    const value = single(headers, reset);
    const waitMs = parseEpoch(value, nowMs) ?? parseSecondsOrDate(value, nowMs) ?? parseSpan(value);
    if (waitMs !== undefined && (latest === undefined || waitMs > latest)) latest = waitMs;
  }
  return boundWait(latest);
}

/** Brings a wait in milliseconds within the bounds. */
export function boundWait(waitMs: number | undefined): number | undefined {
  if (waitMs === undefined) return undefined;
  return Math.min(Math.max(Math.ceil(waitMs), MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
}

function parseEpoch(value: string | undefined, nowMs: number): number | undefined {
  const number = parseNumber(value);
  if (number === undefined || number < EPOCH_SECONDS_FROM) return undefined;
  return (number < EPOCH_MS_FROM ? number * 1000 : number) - nowMs;
}

/** Seconds, an HTTP date, or an RFC 3339 time. */
function parseSecondsOrDate(value: string | undefined, nowMs: number): number | undefined {
  const seconds = parseNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  // A date has a colon; without this check `Date.parse` takes "6m0s" for a year.
  if (value === undefined || !value.includes(":")) return undefined;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : atMs - nowMs;
}

/** A span like `6m0s` or `120ms`. */
function parseSpan(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(value)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    ms += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return ms;
}

function parseNumber(value: string | undefined): number | undefined {
  if (value === undefined || !/^-?\d+(?:\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

function single(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.trim();
}
