/** Runs one call: attempt after attempt, until the answer is complete or nothing more may be tried. */

import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallEnding, CallRun } from "../call/call-record.ts";
import type { Plan } from "../call/plan.ts";
import { CallRefused } from "../call/refusal.ts";
import type { Route } from "../call/route.ts";
import { describeFault } from "../telemetry/describe-fault.ts";
import { sleep } from "../time/sleep.ts";
import type { Attempt } from "./attempt/attempt.ts";
import { launchAttempt } from "./attempt/launch-attempt.ts";
import type { Outcome } from "./attempt/outcome.ts";
import { type Contender, Contest, type Hedge } from "./contest.ts";
import { decide, isFinal, type Step } from "./decide.ts";
import { Delivery } from "./delivery.ts";
import { MAX_HEDGED_INPUT_TOKENS, NEXT_ROUTE_RESERVE_MS } from "./engine-limits.ts";
import { asksToBeLeftAlone, classify } from "./failure-classes.ts";
import type { AttemptRecord } from "./ledger/attempt-record.ts";
import { makeRefusal } from "./ledger/final-refusal.ts";
import { makeCompleted } from "./ledger/make-completed.ts";
import { type Ledger, makeLedger, salvageLedger } from "./ledger/make-ledger.ts";
import { whyNotReached } from "./ledger/skip-record.ts";
import { estimateTextTokens, isNearlyFull } from "./ledger/token-usage.ts";
import type { Outbox } from "./outbox.ts";
import { type Picked, RoutePicker } from "./route-picker.ts";
import { type AnswerCheck, makeAnswerCheck, type SchemaCheck } from "./schema/verify-answer.ts";
import { type AttemptForm, USUAL_FORM } from "./seam/continuation.ts";

/** What all calls share. */
export interface CallParts {
  /** A number from 0 up to 1. */
  readonly random: () => number;
  readonly checkSchema: SchemaCheck;
}

/** How a call stops from outside. */
type Stop = Extract<Outcome, { kind: "cancelled" | "deadlineExceeded" }>;

/** One call from its plan to its terminal. */
export class Call {
  readonly #plan: Plan;
  readonly #parts: CallParts;
  readonly #outbox: Outbox;
  readonly #delivery: Delivery;
  readonly #picker: RoutePicker;
  readonly #onEnd: (run: CallRun) => void;
  readonly #verify: AnswerCheck | undefined;
  readonly #records: AttemptRecord[] = [];
  readonly #stopping = new AbortController();
  #stop: Stop | undefined;
  /** Why the server itself stopped the call, if it did. */
  #stopReason: ErrorReason | undefined;
  #contest: Contest | undefined;

  /** `onEnd` is called once, when the call has ended. */
  constructor(plan: Plan, outbox: Outbox, parts: CallParts, onEnd: (run: CallRun) => void) {
    this.#plan = plan;
    this.#parts = parts;
    this.#outbox = outbox;
    this.#delivery = new Delivery(plan, outbox);
    this.#picker = new RoutePicker(plan, this.#stopping.signal);
    this.#onEnd = onEnd;
    this.#verify = makeAnswerCheck(plan.request, plan.tenant, parts.checkSchema);
  }

  /** Stops the call: because the client went away, or with `CallRefused` as the reason because the server stops. */
  cancel(reason?: unknown): void {
    if (reason instanceof CallRefused) this.#stopReason = reason.refusal.reason;
    this.#stopFor({ kind: "cancelled" });
  }

  /** Runs to the terminal. Never rejects. */
  async run(): Promise<void> {
    const remainingMs = Math.max(1, Math.ceil(this.#plan.deadlineAtMs - performance.now()));
    const deadline = setTimeout(() => this.#stopFor({ kind: "deadlineExceeded" }), remainingMs);
    try {
      await this.#runSteps();
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(deadline);
    }
  }

  #fail(error: unknown): void {
    const { requestId } = this.#plan;
    const refusal = { reason: ErrorReason.INTERNAL, message: "the gateway failed", requestId };
    try {
      this.#contest?.stop({ kind: "cancelled" });
    } catch {
      // What failed once may fail again; the client and the record must learn of it all the same.
    }
    this.#delivery.close(new CallRefused(refusal, { cause: error }));
    this.#end({ kind: "fault", ...describeFault(error) }, salvageLedger(this.#records, this.#picker.skips));
  }

  #stopFor(stop: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    this.#stopping.abort();
    this.#contest?.stop(stop);
  }

  async #runSteps(): Promise<void> {
    let step: Step = { kind: "next", largerThan: undefined };
    for (;;) {
      // Also before the first attempt: a resumed answer may have all its tokens.
      if (isNearlyFull(this.#plan.request.maxOutputTokens, this.#deliveredTokens())) {
        this.#startWith(this.#plan.routes[0]?.route);
        return this.#complete(FinishReason.LENGTH, undefined);
      }
      const picked = await this.#take(step);
      if (this.#stop !== undefined) {
        picked?.lease.neutral();
        return this.#endStopped(this.#stop);
      }
      if (picked === undefined) return this.#refuse(undefined);
      const again = step.kind === "again" && picked.planned.route === step.route ? step : undefined;
      const { record } = (await this.#attempt(picked, again?.form ?? USUAL_FORM, again !== undefined)).attempt;
      const { outcome } = record;
      if (outcome?.kind === "completed") return this.#complete(outcome.finishReason, record);
      if (outcome?.kind === "cancelled" || outcome?.kind === "deadlineExceeded") return this.#endStopped(outcome);
      step = decide({
        plan: this.#plan,
        answer: this.#delivery.answer,
        records: this.#records,
        record,
        unaskedCount: this.#picker.readyCount,
        mayAskAgain: this.#picker.mayAskAgain(record.origin.route),
        random: this.#parts.random,
      });
      if (step.kind !== "again" && outcome !== undefined) tellRoute(record.origin.route, outcome);
      if (step.kind === "refuse") return this.#refuse(step.reason);
    }
  }

  /** Gets permission for the next attempt, on the same route or on the next one. */
  async #take(step: Step): Promise<Picked | undefined> {
    const { answer } = this.#delivery;
    if (step.kind === "again") {
      if (step.pauseMs > 0 && !(await sleep(step.pauseMs, this.#stopping.signal))) return undefined;
      const picked = await this.#picker.again(step.route);
      if (picked !== undefined) return picked;
      // The rest that it asked for was not told to it, because the retry was to wait for just that.
      tellRoute(step.route, step.outcome);
    }
    const largerThan = step.kind === "next" ? step.largerThan : undefined;
    return this.#picker.pick({ continues: answer.bytes > 0, largerThan });
  }

  /** Runs an attempt, and a hedge beside it where the plan allows one, until an end decides what comes next. */
  async #attempt(picked: Picked, form: AttemptForm, retry: boolean): Promise<Contender> {
    const contest = new Contest({
      admitHedge: () => this.#admitHedge(contest, picked.isTrial),
      onEnd: (contender, outcome, alone) => this.#onAttemptEnd(contender, outcome, alone),
    });
    this.#contest = contest;
    contest.add(this.#launch(contest, picked, form, { retry, hedge: false }));
    const decided = await contest.decided;
    this.#contest = undefined;
    if (decided.attempt.record.outcome?.kind === "completed") decided.output.flush();
    else decided.output.discard();
    return decided;
  }

  #launch(contest: Contest, picked: Picked, form: AttemptForm, how: { retry: boolean; hedge: boolean }): Contender {
    this.#startWith(picked.planned.route);
    const contender = launchAttempt({
      ...how,
      plan: this.#plan,
      delivery: this.#delivery,
      picked,
      form,
      number: this.#records.length + 1,
      deliveredTokens: this.#deliveredTokens(),
      budgetMs: this.#budgetMs(),
      full: () => this.#outbox.full(),
      mayMove: () => this.#picker.canMove && this.#hasAttempts(),
      verify: this.#verify,
      events: {
        onSuspect: ({ record }) => {
          if (record.firstTokenAtMs === undefined) void contest.suspected();
        },
        onFirstToken: (attempt) => contest.answered(attempt),
        onEnd: (attempt: Attempt, outcome) => contest.ended(attempt, outcome),
      },
    });
    this.#records.push(contender.attempt.record);
    return contender;
  }

  /** Tells the client, once, that the call began. */
  #startWith(route: Route | undefined): void {
    if (!this.#delivery.started && route !== undefined) this.#delivery.start(route.name);
  }

  async #admitHedge(contest: Contest, besideTrial: boolean): Promise<Hedge | undefined> {
    const { hedges, estimatedInputTokens } = this.#plan;
    const worthIt = besideTrial || (hedges && estimatedInputTokens < MAX_HEDGED_INPUT_TOKENS);
    const continues = this.#delivery.answer.bytes > 0;
    if (!worthIt || (continues && !besideTrial) || !this.#hasAttempts()) return undefined;
    const picked = await this.#picker.pickHedge(besideTrial, continues);
    if (picked === undefined) return undefined;
    return {
      start: () => this.#launch(contest, picked, USUAL_FORM, { retry: false, hedge: true }),
      cancel: () => {
        picked.lease.neutral();
        this.#picker.returnHedge(picked.planned.route);
      },
    };
  }

  /** Tells the client's next event and, where no decision does it, the route how an attempt ended. */
  #onAttemptEnd({ attempt: { record }, output }: Contender, outcome: Outcome, alone: boolean): boolean {
    const { origin } = record;
    const final = isFinal({ plan: this.#plan, records: this.#records, record });
    if (!alone) {
      output.discard();
      tellRoute(origin.route, outcome);
    }
    // The route of a hedge that lost is still there for the day on which the winner breaks down.
    if (outcome.kind === "hedgeLost" && origin.hedge) this.#picker.returnHedge(origin.route);
    if (outcome.kind === "completed") return true;
    // A hedge that fails beside the attempt that it was to help changes nothing for the client.
    const changesNothing = origin.hedge && !alone;
    if (!changesNothing) this.#delivery.leave(classify(outcome).reason);
    return final && !changesNothing;
  }

  #complete(finishReason: FinishReason, last: AttemptRecord | undefined): void {
    const ledger = this.#makeLedger();
    this.#delivery.complete(last, makeCompleted(finishReason, this.#delivery.answer, ledger));
    this.#end({ kind: "completed", finishReason }, ledger);
  }

  #endStopped(stop: Stop): void {
    if (stop.kind === "deadlineExceeded") return this.#refuse(ErrorReason.DEADLINE_EXCEEDED);
    if (this.#stopReason !== undefined) return this.#refuse(this.#stopReason);
    this.#delivery.close(new Error("the client went away"));
    this.#end({ kind: "cancelled" }, this.#makeLedger());
  }

  #refuse(reason: ErrorReason | undefined): void {
    this.#picker.skipRest(whyNotReached(reason, this.#hasAttempts() ? undefined : this.#plan.maxAttempts));
    const ledger = this.#makeLedger();
    const refusal = makeRefusal({
      plan: this.#plan,
      records: this.#records,
      skips: this.#picker.skips,
      ledger,
      answer: this.#delivery.answer,
      reason,
    });
    this.#delivery.close(new CallRefused(refusal));
    this.#end({ kind: "refused", reason: refusal.reason, message: refusal.message }, ledger);
  }

  #makeLedger(): Ledger {
    return makeLedger(this.#records, this.#picker.skips);
  }

  #end(ending: CallEnding, { attempts, skips, usage, cost }: Ledger): void {
    const { switches, answer } = this.#delivery;
    try {
      this.#onEnd({ attempts, skips, switches, usage, cost, deliveredBytes: answer.bytes, ending });
    } catch {
      // The call has ended already: whoever counts calls cannot fail it, nor end it a second time.
    }
  }

  /** Tokens of what the client has. Counts nothing where nothing limits them. */
  #deliveredTokens(): number {
    const { request, resumedText } = this.#plan;
    if (request.maxOutputTokens === undefined) return 0;
    const resumed = Math.ceil(estimateTextTokens(resumedText));
    return this.#records.reduce((sum, { deliveredTokens }) => sum + deliveredTokens, resumed);
  }

  #hasAttempts(): boolean {
    return this.#records.length < this.#plan.maxAttempts;
  }

  /** Time until the first progress: a part of what remains, so that the next route gets its turn. */
  #budgetMs(): number {
    const remainingMs = Math.max(1, this.#plan.deadlineAtMs - performance.now());
    // The attempt that this is for is not in the records yet.
    const last = !this.#picker.hasNext || this.#records.length + 1 >= this.#plan.maxAttempts;
    return last ? remainingMs : Math.max(remainingMs / 2, remainingMs - NEXT_ROUTE_RESERVE_MS);
  }
}

/** Lets a route rest that asked for it. Not before a retry that waits for just that. */
function tellRoute(route: Route, outcome: Outcome): void {
  if (outcome.kind !== "failed") return;
  const { retryAfterMs, message } = outcome.failure;
  const { action } = classify(outcome);
  if (action === "coolDown" || asksToBeLeftAlone(outcome.failure)) route.coolDown(retryAfterMs, message);
  if (action === "disable") route.disable("at-once", message);
  if (action === "disableRepeated") route.disable("forbidden", message);
}
