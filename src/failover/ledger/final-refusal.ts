/** Finds the one reason for which a call has no whole answer. */

import { create } from "@bufbuild/protobuf";
import { AttemptOutcome, ErrorReason, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Continuation } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan, PlannedRoute } from "../../call/plan.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeOutcome } from "../attempt/describe-outcome.ts";
import { isContinuable } from "../decide.ts";
import type { Answer } from "../delivered-answer.ts";
import { classify } from "../failure-classes.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import type { Ledger } from "./make-ledger.ts";
import type { SkipRecord } from "./skip-record.ts";

/** What is known when a call ends without a whole answer. */
export interface CallEnd {
  readonly plan: Plan;
  readonly records: readonly AttemptRecord[];
  readonly skips: readonly SkipRecord[];
  readonly ledger: Ledger;
  readonly answer: Answer;
  /** A reason that was already clear, before the causes are counted. */
  readonly reason: ErrorReason | undefined;
}

/** Asking again sooner than this only adds load. */
const DEFAULT_RETRY_MS = 1_000;

/** One thing that kept a route from answering: an attempt or a skip. */
type Cause =
  | "misconfigured"
  | "resting"
  | "full"
  | "contextTooLong"
  | "unsupported"
  | "noTime"
  | "filtered"
  | "refused"
  | "failed";

/** Causes of the same kind on every route give a reason of their own; mixed ones do not. */
const REASONS: Readonly<Record<Exclude<Cause, "failed">, ErrorReason>> = {
  misconfigured: ErrorReason.ROUTE_MISCONFIGURED,
  resting: ErrorReason.COOLING_DOWN,
  full: ErrorReason.AT_CAPACITY,
  contextTooLong: ErrorReason.CONTEXT_TOO_LONG,
  unsupported: ErrorReason.UNSUPPORTED,
  noTime: ErrorReason.DEADLINE_EXCEEDED,
  filtered: ErrorReason.CONTENT_FILTERED,
  refused: ErrorReason.INVALID_REQUEST,
};

/** Says why the call has no whole answer, with everything that was tried. */
export function makeRefusal(end: CallEnd): Refusal {
  const { plan, records, skips, ledger, answer } = end;
  const reason = answer.delivered ? interrupted(end) : (end.reason ?? commonReason(records, skips));
  const retryAfterMs = RETRYABLE.has(reason) ? soonestMs(records, skips) : undefined;
  return {
    reason,
    message: `${EFFECTS[reason] ?? describeExtent(records, skips)}${describeCauses(plan, records, skips)}`,
    requestId: plan.requestId,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    report: create(FailoverReportSchema, {
      requestId: plan.requestId,
      attempts: ledger.attempts,
      skips: ledger.skips,
      deliveredBytes: BigInt(answer.bytes),
      resumable: answer.bytes > 0 && isContinuable(plan.request, answer) && plan.routes.some(continues),
    }),
  };
}

/** Whether a route can go on with an answer that another began. */
function continues({ route, unsupported }: PlannedRoute): boolean {
  return unsupported === undefined && route.capabilities.continuation !== Continuation.NONE;
}

const RETRYABLE: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.COOLING_DOWN,
  ErrorReason.AT_CAPACITY,
  ErrorReason.ALL_ROUTES_FAILED,
]);

const EFFECTS: Partial<Record<ErrorReason, string>> = {
  [ErrorReason.ANSWER_INTERRUPTED]: "the answer broke off and no route could go on with it",
  [ErrorReason.DRAINING]: "this server is about to stop",
  [ErrorReason.DEADLINE_EXCEEDED]: "the deadline came before the answer was complete",
  [ErrorReason.INVALID_REQUEST]: "every route that was asked refused the request",
  [ErrorReason.CONTEXT_TOO_LONG]: "the conversation is too long for every route",
  [ErrorReason.CONTENT_FILTERED]: "a content filter refused the request",
  [ErrorReason.ROUTE_MISCONFIGURED]: "every route's key, bill or model was refused by its upstream",
  [ErrorReason.COOLING_DOWN]: "every route rests after a rate limit",
  [ErrorReason.AT_CAPACITY]: "no route had room",
  [ErrorReason.UNSUPPORTED]: "no route can carry the request",
};

/** How many of the routes were asked. */
function describeExtent(records: readonly AttemptRecord[], skips: readonly SkipRecord[]): string {
  if (records.length === 0) return "no route could be asked";
  const tried = new Set(records.map(({ origin }) => origin.route.name));
  const all = skips.every(({ route }) => tried.has(route));
  return all ? "every route was tried" : "no route that was asked could answer";
}

function interrupted({ reason }: CallEnd): ErrorReason {
  return reason === ErrorReason.DEADLINE_EXCEEDED ? reason : ErrorReason.ANSWER_INTERRUPTED;
}

function commonReason(records: readonly AttemptRecord[], skips: readonly SkipRecord[]): ErrorReason {
  const tried = records.map(causeOfAttempt);
  // Whoever is not asked now would most likely say the same: it is the request that must change.
  if (tried.length > 0 && tried.every((cause) => cause === "refused")) return REASONS.refused;
  const causes = new Set<Cause>([...tried, ...skips.map(causeOfSkip)]);
  // What a route cannot carry tells nothing about the others.
  if (causes.size > 1) causes.delete("unsupported");
  if (causes.size > 1) causes.delete("contextTooLong");
  const onlyNoRoom = causes.size === 2 && causes.has("resting") && causes.has("full");
  if (onlyNoRoom) return ErrorReason.COOLING_DOWN;
  const [cause] = causes;
  if (causes.size !== 1 || cause === undefined || cause === "failed") return ErrorReason.ALL_ROUTES_FAILED;
  return REASONS[cause];
}

function causeOfAttempt({ outcome }: AttemptRecord): Cause {
  if (outcome === undefined) return "failed";
  if (outcome.kind === "failed") {
    const { kind } = outcome.failure;
    if (kind === "context-too-long" || kind === "too-large") return "contextTooLong";
    if (kind === "invalid-request") return "refused";
  }
  if (outcome.kind === "timedOut" && outcome.cutShort) return "noTime";
  switch (classify(outcome).outcome) {
    case AttemptOutcome.MISCONFIGURED:
      return "misconfigured";
    case AttemptOutcome.RATE_LIMITED:
      return "resting";
    case AttemptOutcome.CONTENT_FILTERED:
      return "filtered";
    case AttemptOutcome.REJECTED:
      // Of the form that this gateway gave it.
      return "unsupported";
    default:
      return "failed";
  }
}

function causeOfSkip({ reason, contextTooLong }: SkipRecord): Cause {
  switch (reason) {
    case SkipReason.COOLING_DOWN:
      return "resting";
    case SkipReason.AT_CAPACITY:
      return "full";
    case SkipReason.DISABLED:
      return "misconfigured";
    case SkipReason.NO_TIME:
      return "noTime";
    case SkipReason.UNSUPPORTED:
    case SkipReason.NOT_APPROVED:
      return contextTooLong ? "contextTooLong" : "unsupported";
    default:
      return "failed";
  }
}

/** When the first route may be asked again, in milliseconds from now. */
function soonestMs(records: readonly AttemptRecord[], skips: readonly SkipRecord[]): number {
  const nowMs = Date.now();
  const waits = skips.flatMap(({ retryAtMs }) => (retryAtMs === undefined ? [] : [retryAtMs - nowMs]));
  for (const { origin } of records) {
    const refusal = origin.route.refusal();
    // A route that failed and may still be asked can work at the next try.
    if (refusal === undefined) return DEFAULT_RETRY_MS;
    if (refusal.retryAtMs !== undefined) waits.push(refusal.retryAtMs - nowMs);
  }
  return waits.length === 0 ? DEFAULT_RETRY_MS : Math.max(DEFAULT_RETRY_MS, Math.min(...waits));
}

function describeCauses(plan: Plan, records: readonly AttemptRecord[], skips: readonly SkipRecord[]): string {
  const causes = [
    ...records.map(({ origin, outcome }) =>
      outcome === undefined ? origin.route.name : `${origin.route.name} ${describeOutcome(outcome)}`,
    ),
    ...skips.map(({ route, message }) => `${route} was skipped: ${message}`),
  ];
  const workload = plan.workload === "" ? "" : ` (workload ${plan.workload})`;
  return causes.length === 0 ? workload : `${workload}: ${causes.join(", ")}`;
}
