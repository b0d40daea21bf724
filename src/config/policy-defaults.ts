/** Limits of a call that nobody set, each with its reason. Durations in milliseconds. */

import type { GapLimits } from "../call/plan.ts";

/** TCP and TLS to a near data centre take well under a second; 5 s leaves room for two lost SYN packets. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** Healthy models begin within 3 s at the 99th percentile, under load too. */
export const FIRST_TOKEN: GapLimits = { suspectMs: 4_000, confirmMs: 12_000 };

/** Models that think were seen silent for 32 s in turns that succeeded. */
export const FIRST_TOKEN_OF_THINKER: GapLimits = { suspectMs: 20_000, confirmMs: 90_000 };

/** Reading the prompt takes about 1 s for each 100,000 uncached tokens; four times that is allowed. */
export const INPUT_TOKENS_PER_EXTRA_SECOND = 25_000;

/** Tokens come 5 to 50 ms apart; pauses of a few seconds happen, observed stalls last 35 s and more. */
export const TEXT_GAP: GapLimits = { suspectMs: 5_000, confirmMs: 20_000 };

/** Some platforms buffer the arguments of a tool call for 15 s before they send the first piece. */
export const TOOL_GAP: GapLimits = { suspectMs: 15_000, confirmMs: 45_000 };

/** No delta for more than 120 s was seen in healthy turns with much reasoning. */
export const REASONING_GAP: GapLimits = { suspectMs: 45_000, confirmMs: 180_000 };

/** A route that pings does so about every 15 to 30 s. */
export const SILENCE_TIMEOUT_MS = 45_000;

/** A suspect limit that nobody set is at most this share of its confirm limit. */
export const SUSPECT_SHARE = 1 / 3;

/** People read 4 tokens a second; half of that is no longer an answer. */
export const MIN_TOKENS_PER_S = 2;

/** The longest answers of current models take a few minutes. */
export const TOTAL_TIMEOUT_MS = 600_000;

/** How many attempts a call has beyond one for each of its routes: for retries and hedges. */
export const SPARE_ATTEMPTS = 2;

/** Waiting longer on the same route costs more than asking a backup. */
export const MAX_RETRY_WAIT_MS = 1_000;

/** Rule of thumb for English and code; used where the upstream has not counted yet, and marked as an estimate. */
export const CHARACTERS_PER_TOKEN = 3.5;

/** What asks a route with `continuation: instruct` to go on. */
export const CONTINUATION_INSTRUCTION =
  "Your previous message was cut off. Continue it from exactly where it stopped. Do not start over, do not apologise, " +
  "and do not comment on the interruption.";
