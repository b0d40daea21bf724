/** What follows from each way in which an attempt can end: one table as data. */

import { AttemptOutcome } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { FailureKind, UpstreamFailure } from "../call/upstream-failure.ts";
import type { Outcome } from "./attempt/outcome.ts";

/**
 * What the engine does after a failure.
 *
 * - `switch`: goes on with the next route.
 * - `retry`: asks the same route once more if the retry budget allows, else `switch`.
 * - `retryQuick`: like `retry`, if the failure came within 2 s.
 *   After any of these three a route that names a time in which it is to be left alone rests, and is not asked again.
 * - `coolDown`: rests the route; asks it again only if it asked for a short rest, else `switch`.
 * - `disable`, `disableRepeated`: takes the route out for a while, at once or at the third time in a row; `switch`.
 * - `ifDiffers`: goes on only with a route that has a larger window.
 * - `adjust`: asks the same route once more without the field that it refused, at most twice in a row, else `switch`.
 * - `withoutPrefill`, `withoutReasoning`: asks the same route once more in another form, else `switch`.
 * - `contentFilter`: ends the call unless the policy says otherwise.
 * - `end`: ends the call.
 */
export type Action =
  | "switch"
  | "retry"
  | "retryQuick"
  | "coolDown"
  | "disable"
  | "disableRepeated"
  | "ifDiffers"
  | "adjust"
  | "withoutPrefill"
  | "withoutReasoning"
  | "contentFilter"
  | "end";

export interface FailureClass {
  readonly action: Action;
  /** What the breaker learns. */
  readonly verdict: "ok" | "failed" | "neutral";
  readonly outcome: AttemptOutcome;
  readonly reason: SwitchReason;
}

function row(
  action: Action,
  verdict: FailureClass["verdict"],
  outcome: keyof typeof AttemptOutcome,
  reason: keyof typeof SwitchReason = "FAILED",
): FailureClass {
  return { action, verdict, outcome: AttemptOutcome[outcome], reason: SwitchReason[reason] };
}

/** What follows from an upstream's failure. */
export const UPSTREAM_FAILURES: Readonly<Record<FailureKind, FailureClass>> = {
  unreachable: row("retry", "failed", "FAILED"),
  "connect-timeout": row("switch", "failed", "TIMED_OUT", "TIMED_OUT"),
  "try-again": row("retry", "failed", "FAILED"),
  "server-error": row("retryQuick", "failed", "FAILED"),
  overloaded: row("switch", "failed", "FAILED"),
  "rate-limited": row("coolDown", "neutral", "RATE_LIMITED", "RATE_LIMITED"),
  "quota-exhausted": row("disable", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  unauthenticated: row("disable", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  billing: row("disable", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  forbidden: row("disableRepeated", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  "not-found": row("disable", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  "invalid-request": row("switch", "neutral", "REJECTED", "MISCONFIGURED"),
  "unsupported-field": row("adjust", "neutral", "REJECTED", "MISCONFIGURED"),
  "missing-feature": row("switch", "neutral", "MISCONFIGURED", "MISCONFIGURED"),
  "too-large": row("ifDiffers", "neutral", "REJECTED", "MISCONFIGURED"),
  "over-allowance": row("switch", "neutral", "REJECTED", "MISCONFIGURED"),
  "model-failed": row("switch", "neutral", "BAD_ANSWER"),
  "context-too-long": row("ifDiffers", "neutral", "REJECTED", "MISCONFIGURED"),
  "prefill-refused": row("withoutPrefill", "neutral", "REJECTED", "MISCONFIGURED"),
  "signature-refused": row("withoutReasoning", "neutral", "REJECTED", "MISCONFIGURED"),
  "content-filtered": row("contentFilter", "neutral", "CONTENT_FILTERED"),
  truncated: row("switch", "failed", "FAILED"),
  cut: row("switch", "failed", "FAILED"),
  malformed: row("switch", "failed", "FAILED"),
};

/** What follows from the other ends of an attempt. */
export const OTHER_OUTCOMES: Readonly<Record<Exclude<Outcome["kind"], "failed">, FailureClass>> = {
  completed: row("end", "ok", "COMPLETED"),
  timedOut: row("switch", "failed", "TIMED_OUT", "TIMED_OUT"),
  movedAway: row("switch", "neutral", "TIMED_OUT", "TIMED_OUT"),
  stalled: row("switch", "failed", "STALLED", "STALLED"),
  slow: row("switch", "failed", "SLOW", "SLOW"),
  badAnswer: row("switch", "neutral", "BAD_ANSWER"),
  hedgeLost: row("end", "neutral", "HEDGE_LOST", "HEDGE_WON"),
  isolated: row("switch", "neutral", "ISOLATED", "ISOLATED"),
  deadlineExceeded: row("end", "neutral", "DEADLINE_EXCEEDED"),
  cancelled: row("end", "neutral", "CANCELLED"),
};

/** Whether an upstream that is not rate limited named a time before which it is not to be asked again. */
export function asksToBeLeftAlone({ kind, status, retryAfterMs }: UpstreamFailure): boolean {
  const isDown = kind === "server-error" || kind === "overloaded" || kind === "try-again";
  return isDown && retryAfterMs !== undefined && status !== undefined && status >= 400;
}

/** The class of an outcome. */
export function classify(outcome: Outcome): FailureClass {
  const found = outcome.kind === "failed" ? UPSTREAM_FAILURES[outcome.failure.kind] : OTHER_OUTCOMES[outcome.kind];
  // Less time than others give says nothing about the route; a loser that was silent for long says that it is dead.
  if ("cutShort" in outcome && outcome.cutShort !== undefined) return { ...found, verdict: "neutral" };
  if (outcome.kind === "hedgeLost" && outcome.silent) return { ...found, verdict: "failed" };
  return found;
}
