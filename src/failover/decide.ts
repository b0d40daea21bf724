/** Decides what follows from the end of an attempt that did not complete the answer. Pure. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ToolChoice_Mode } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Plan } from "../call/plan.ts";
import type { Route } from "../call/route.ts";
import type { UpstreamFailure } from "../call/upstream-failure.ts";
import type { Outcome } from "./attempt/outcome.ts";
import type { Answer } from "./delivered-answer.ts";
import { MAX_ADJUSTMENTS, QUICK_FAILURE_MS, RETRY_PAUSE_MS } from "./engine-limits.ts";
import { type Action, asksToBeLeftAlone, classify } from "./failure-classes.ts";
import type { AttemptRecord } from "./ledger/attempt-record.ts";
import type { AttemptForm } from "./seam/continuation.ts";

export type Step =
  /** Goes on with the next route of the plan; `largerThan` is the route whose window was too small. */
  | { readonly kind: "next"; readonly largerThan: Route | undefined }
  /** Asks the same route once more. */
  | {
      readonly kind: "again";
      readonly route: Route;
      readonly pauseMs: number;
      readonly form: AttemptForm;
      /** How the attempt ended that is made again. */
      readonly outcome: Outcome;
    }
  /** Ends the call; without a reason the causes of all attempts decide it. */
  | { readonly kind: "refuse"; readonly reason: ErrorReason | undefined };

/** An attempt that ended, among those of its call. */
export interface Ended {
  readonly plan: Plan;
  readonly records: readonly AttemptRecord[];
  readonly record: AttemptRecord;
}

/** What a decision rests on. */
export interface Situation extends Ended {
  readonly answer: Answer;
  /** How many routes that were not asked yet would take the call now. */
  readonly unaskedCount: number;
  /** Whether the attempt's route may be asked again at all. */
  readonly mayAskAgain: boolean;
  readonly random: () => number;
}

const NEXT: Step = { kind: "next", largerThan: undefined };

/** Decides what follows from the end of an attempt. */
export function decide(situation: Situation): Step {
  const { plan, answer, records, record } = situation;
  if (record.outcome === undefined) return { kind: "refuse", reason: ErrorReason.INTERNAL };
  if (answer.delivered && !maySwitch(plan, answer, records)) return { kind: "refuse", reason: undefined };
  const { action } = classify(record.outcome);
  const final = finalReason(situation, action);
  if (final !== undefined) return { kind: "refuse", reason: final };
  if (records.length >= plan.maxAttempts) return { kind: "refuse", reason: undefined };
  return again(situation, action) ?? next(action, record);
}

/** Whether the end of an attempt ends the call whatever routes are left, and whatever runs beside it. */
export function isFinal(ended: Ended): boolean {
  const { outcome } = ended.record;
  return outcome !== undefined && finalReason(ended, classify(outcome).action) !== undefined;
}

/** Whether another attempt may go on with what was delivered. A tool call of an attempt that nobody saw binds nobody. */
function maySwitch(plan: Plan, answer: Answer, records: readonly AttemptRecord[]): boolean {
  return (
    plan.switchesAfterText &&
    isContinuable(plan.request, answer) &&
    !records.some((each) => each.delivered && each.toolCallBegun)
  );
}

/** Whether what was delivered can be gone on with at all, in this call or by `resume` in another. */
export function isContinuable({ responseFormat, toolChoice }: CompleteRequest, answer: Answer): boolean {
  if (answer.toolCalls > 0) return false;
  // A second half of JSON by another model is not JSON; a required call may have been the next thing to come.
  if (responseFormat?.format.case !== undefined && responseFormat.format.case !== "text") return false;
  const { choice } = toolChoice ?? { choice: { case: undefined } };
  return choice.case !== "tool" && !(choice.case === "mode" && choice.value === ToolChoice_Mode.REQUIRED);
}

/** The reason if the failure ends the call whatever routes are left. */
function finalReason({ plan, records }: Ended, action: Action): ErrorReason | undefined {
  if (action !== "contentFilter") return undefined;
  // Once another model's text was delivered, its own filter let the request pass: this route cannot carry it.
  const begun = records.some(({ delivered }) => delivered);
  return begun || plan.reroutesContentFilter ? undefined : ErrorReason.CONTENT_FILTERED;
}

/** One more attempt on the same route, if the failure calls for it and nothing speaks against it. */
function again(situation: Situation, action: Action): Step | undefined {
  const { plan, record, mayAskAgain, random } = situation;
  const { route, retry } = record.origin;
  if (!mayAskAgain || !hasSpareAttempt(situation) || record.outcome?.kind !== "failed") return undefined;
  const { outcome } = record;
  const { failure } = outcome;
  const form = otherForm(record.origin.form, action, failure);
  if (form !== undefined) return { kind: "again", route, pauseMs: 0, form, outcome };
  if (retry) return undefined;
  switch (action) {
    case "coolDown": {
      const { retryAfterMs } = failure;
      if (retryAfterMs === undefined || retryAfterMs > plan.maxRetryWaitMs || !route.takeRetry()) return undefined;
      return { kind: "again", route, pauseMs: retryAfterMs, form: record.origin.form, outcome };
    }
    case "retryQuick":
      if (performance.now() - record.startedAtMs > QUICK_FAILURE_MS || failure.status === 504) return undefined;
      break;
    case "retry":
      break;
    default:
      return undefined;
  }
  if (record.receivedCharacters > 0 || asksToBeLeftAlone(failure) || !route.takeRetry()) return undefined;
  return {
    kind: "again",
    route,
    pauseMs: Math.round(RETRY_PAUSE_MS * (1 + random())),
    form: record.origin.form,
    outcome,
  };
}

/** The form in which the route may take what it refused; undefined if there is none that was not tried. */
function otherForm(form: AttemptForm, action: Action, { refusal }: UpstreamFailure): AttemptForm | undefined {
  switch (action) {
    case "withoutPrefill":
      return form.withoutPrefill ? undefined : { ...form, withoutPrefill: true };
    case "withoutReasoning":
      return form.withoutReasoning ? undefined : { ...form, withoutReasoning: true };
    case "adjust": {
      const { refusals } = form;
      if (refusal === undefined || refusals.some(({ field }) => field === refusal.field)) return undefined;
      return refusals.length < MAX_ADJUSTMENTS ? { ...form, refusals: [...refusals, refusal] } : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether an attempt would be left over if every route that was not asked yet had its turn. */
function hasSpareAttempt({ plan, records, unaskedCount }: Situation): boolean {
  return plan.maxAttempts - records.length > unaskedCount;
}

function next(action: Action, record: AttemptRecord): Step {
  return action === "ifDiffers" ? { kind: "next", largerThan: record.origin.route } : NEXT;
}
