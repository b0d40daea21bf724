/** Starts an attempt: its line in the ledger, the way of its output, and its request in the form that the route takes. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { SwitchMode } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan } from "../../call/plan.ts";
import type { Contender } from "../contest.ts";
import type { Delivery } from "../delivery.ts";
import { AttemptRecord } from "../ledger/attempt-record.ts";
import type { Picked } from "../route-picker.ts";
import type { AnswerCheck } from "../schema/verify-answer.ts";
import { type AttemptForm, makeContinuation } from "../seam/continuation.ts";
import { Attempt, type AttemptEvents } from "./attempt.ts";
import { AttemptOutput } from "./attempt-output.ts";

/** So many characters of a request tell which words its answer may hold. */
const MAX_CONTEXT = 8_000;

/** What an attempt needs of its call. */
export interface LaunchOptions {
  readonly plan: Plan;
  readonly delivery: Delivery;
  readonly picked: Picked;
  readonly form: AttemptForm;
  readonly number: number;
  readonly retry: boolean;
  readonly hedge: boolean;
  /** Tokens of what the client has of the answer. */
  readonly deliveredTokens: number;
  /** Most time until the first progress, in milliseconds. */
  readonly budgetMs: number;
  readonly full: () => Promise<void> | undefined;
  readonly mayMove: () => boolean;
  readonly verify: AnswerCheck | undefined;
  readonly events: AttemptEvents;
}

/** Starts an attempt behind everything that was delivered. */
export function launchAttempt(options: LaunchOptions): Contender {
  const { plan, delivery, picked, form, number, retry, hedge } = options;
  const { request } = plan;
  const { planned, lease } = picked;
  const { route, limits } = planned;
  const delivered = delivery.answer.text;
  const continuation = makeContinuation(route.capabilities, delivered, form, plan.continuationInstruction);
  const record = new AttemptRecord(
    { number, route, retry, hedge, form, mode: modeOf(number, delivered) },
    plan.estimatedInputTokens,
  );
  const output = new AttemptOutput({
    delivery,
    record,
    continued:
      delivered === ""
        ? undefined
        : {
            delivered,
            form: continuation?.form ?? "instruct",
            stopSequences: request.stopSequences,
            context: wordsOf(request),
          },
    holdsBackAnswer: plan.holdsBackAnswer,
    holdsBackWords: plan.holdsBackWords,
    waitsForWin: hedge,
    includesReasoning: request.reasoning?.include ?? false,
    mayBeEmpty: request.stopSequences.length > 0,
    reroutesRefusal: plan.reroutesContentFilter,
    verify: options.verify,
  });
  const attempt = new Attempt({
    record,
    lease,
    planned,
    budgetMs: options.budgetMs,
    request: {
      request,
      maxOutputTokens: request.maxOutputTokens && request.maxOutputTokens - options.deliveredTokens,
      continuation,
      connectTimeoutMs: limits.connectTimeoutMs,
      withoutReasoning: form.withoutReasoning,
      cache: plan.cache,
      refusals: form.refusals,
    },
    sink: output,
    full: options.full,
    mayMove: options.mayMove,
    events: options.events,
  });
  return { attempt, output };
}

function modeOf(number: number, delivered: string): SwitchMode {
  if (number === 1) return SwitchMode.UNSPECIFIED;
  return delivered === "" ? SwitchMode.RESTARTED : SwitchMode.CONTINUED;
}

/** What was asked, as far as it may hold words of the answer. */
function wordsOf({ messages }: CompleteRequest): string {
  const texts = messages.flatMap(({ text, parts }) => [
    text,
    ...parts.map(({ kind }) => (kind.case === "text" ? kind.value : "")),
  ]);
  return texts.join("\n").slice(-MAX_CONTEXT);
}
