/** Runs one call: attempt after attempt, until the answer is complete or nothing more may be tried. */

import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Route } from "../route/route.ts";
import type { Log } from "../telemetry/log.ts";
import { sleep } from "../time/sleep.ts";
import { Attempt } from "./attempt.ts";
import { AttemptOutput } from "./attempt-output.ts";
import { AttemptRecord } from "./attempt-record.ts";
import { makeCompleted } from "./completion.ts";
import { type AttemptForm, makeContinuation } from "./continuation.ts";
import { decide, type Step } from "./decide.ts";
import { Delivery } from "./delivery.ts";
import { describeOutcome } from "./describe-outcome.ts";
import { classify } from "./failure-classes.ts";
import { makeRefusal } from "./final-refusal.ts";
import { MIN_CONTINUATION_TOKENS, NEXT_ROUTE_RESERVE_MS } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import { CallRefused } from "./refusal.ts";
import { type Picked, RoutePicker } from "./route-picker.ts";
import { estimateTokens } from "./usage.ts";

/** What the engine needs besides a plan. */
export interface EngineOptions {
  readonly log: Log;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** How a call stops from outside. */
type Stop = Extract<Outcome, { kind: "cancelled" | "deadlineExceeded" }>;

/** One call from its plan to its terminal. */
export class Call {
  readonly #plan: Plan;
  readonly #options: EngineOptions;
  readonly #outbox: Outbox;
  readonly #delivery: Delivery;
  readonly #picker: RoutePicker;
  readonly #records: AttemptRecord[] = [];
  readonly #stopping = new AbortController();
  #stop: Stop | undefined;
  #running: Attempt | undefined;

  constructor(plan: Plan, outbox: Outbox, options: EngineOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#outbox = outbox;
    this.#delivery = new Delivery(plan, outbox);
    this.#picker = new RoutePicker(plan, this.#stopping.signal);
  }

  /** Stops the call because the client went away. */
  cancel(): void {
    this.#stopFor({ kind: "cancelled" });
  }

  /** Runs to the terminal. Never rejects. */
  async run(): Promise<void> {
    const remainingMs = Math.max(1, Math.ceil(this.#plan.deadlineAtMs - performance.now()));
    const deadline = setTimeout(() => this.#stopFor({ kind: "deadlineExceeded" }), remainingMs);
    try {
      await this.#runSteps();
    } catch (error) {
      this.#running?.end({ kind: "cancelled" });
      this.#options.log.error({ err: error, requestId: this.#plan.requestId }, "the engine failed");
      const { requestId } = this.#plan;
      this.#delivery.close(
        new CallRefused({ reason: ErrorReason.INTERNAL, message: "the gateway failed", requestId }, { cause: error }),
      );
    } finally {
      clearTimeout(deadline);
    }
  }

  #stopFor(stop: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    this.#stopping.abort();
    this.#running?.end(stop);
  }

  async #runSteps(): Promise<void> {
    let step: Step = { kind: "next", largerThan: undefined };
    for (;;) {
      const picked = await this.#take(step);
      if (this.#stop !== undefined) {
        picked?.lease.neutral();
        return this.#endStopped(this.#stop);
      }
      if (picked === undefined) return this.#refuse(undefined);
      const form: AttemptForm = step.kind === "again" ? step.form : { withoutPrefill: false, withoutReasoning: false };
      const record = this.#startAttempt(picked, step.kind === "again" && picked.route === step.route);
      const outcome = await this.#attempt(picked, record, form);
      this.#note(record, outcome);
      if (outcome.kind === "completed") return this.#complete(outcome.finishReason, record);
      if (outcome.kind === "cancelled" || outcome.kind === "deadlineExceeded") return this.#endStopped(outcome);
      step = decide({
        plan: this.#plan,
        answer: this.#delivery.answer,
        records: this.#records,
        hasNext: this.#picker.hasNext,
        random: this.#options.random,
      });
      if (step.kind !== "again") this.#tellRoute(record.origin.route, outcome);
      if (step.kind === "refuse") return this.#refuse(step.reason);
      if (this.#nearlyFull()) return this.#complete(FinishReason.LENGTH, undefined);
    }
  }

  /** Gets permission for the next attempt, on the same route or on the next one. */
  async #take(step: Step): Promise<Picked | undefined> {
    const { answer } = this.#delivery;
    if (step.kind === "again") {
      if (step.pauseMs > 0 && !(await sleep(step.pauseMs, this.#stopping.signal))) return undefined;
      const picked = await this.#picker.again(step.route);
      if (picked !== undefined) return picked;
    }
    const largerThan = step.kind === "next" ? step.largerThan : undefined;
    return this.#picker.pick({ continues: answer.bytes > 0, largerThan });
  }

  #startAttempt({ route }: Picked, retry: boolean): AttemptRecord {
    const { answer } = this.#delivery;
    const first = this.#records.length === 0;
    const mode = answer.bytes > 0 ? SwitchMode.CONTINUED : SwitchMode.RESTARTED;
    const record = new AttemptRecord(
      { number: this.#records.length + 1, route, retry, hedge: false, mode: first ? SwitchMode.UNSPECIFIED : mode },
      this.#plan.estimatedInputTokens,
    );
    this.#records.push(record);
    if (!this.#delivery.started) this.#delivery.start(route.name);
    return record;
  }

  /** Runs one attempt to its end. */
  async #attempt({ route, lease }: Picked, record: AttemptRecord, form: AttemptForm): Promise<Outcome> {
    const { request, limits, holdsBackAnswer, continuationInstruction } = this.#plan;
    const delivered = this.#delivery.answer.text;
    const continuation = makeContinuation(route.capabilities, delivered, form, continuationInstruction);
    const output = new AttemptOutput({
      delivery: this.#delivery,
      record,
      continued:
        delivered === ""
          ? undefined
          : { delivered, form: continuation?.form ?? "instruct", stopSequences: request.stopSequences },
      holdsBackAnswer,
      includesReasoning: request.reasoning?.include ?? false,
    });
    const attempt = new Attempt({
      record,
      lease,
      limits,
      budgetMs: this.#budgetMs(),
      request: {
        request,
        maxOutputTokens: request.maxOutputTokens === undefined ? undefined : this.#remainingTokens(),
        continuation,
        connectTimeoutMs: limits.connectTimeoutMs,
        withoutReasoning: form.withoutReasoning,
      },
      sink: output,
      full: () => this.#outbox.full(),
      onSuspect: () => {},
    });
    this.#running = attempt;
    const unsubscribe = route.onIsolated(() => attempt.end({ kind: "isolated" }));
    const outcome = await attempt.ended;
    unsubscribe();
    this.#running = undefined;
    if (outcome.kind === "completed") output.flush();
    else output.discard();
    return outcome;
  }

  /** Tells the client's next event and the log how an attempt ended. */
  #note({ origin, status, startedAtMs }: AttemptRecord, outcome: Outcome): void {
    if (outcome.kind === "completed") return;
    this.#delivery.leave(classify(outcome).reason);
    const failure = outcome.kind === "failed" ? outcome.failure : undefined;
    this.#options.log[outcome.kind === "cancelled" ? "debug" : "warn"](
      {
        requestId: this.#plan.requestId,
        workload: this.#plan.workload,
        route: origin.route.name,
        attempt: origin.number,
        outcome: failure?.kind ?? outcome.kind,
        upstreamStatus: failure?.status ?? status,
        durationMs: Math.round(performance.now() - startedAtMs),
        deliveredBytes: this.#delivery.answer.bytes,
      },
      `attempt ended: ${describeOutcome(outcome)}`,
    );
  }

  /** Lets a route rest that asked for it. Not before a retry that waits for just that. */
  #tellRoute(route: Route, outcome: Outcome): void {
    if (outcome.kind !== "failed") return;
    const { retryAfterMs, message } = outcome.failure;
    const { action } = classify(outcome);
    if (action === "coolDown") route.coolDown(retryAfterMs, message);
    if (action === "disable") route.disable("at-once", message);
    if (action === "disableRepeated") route.disable("forbidden", message);
  }

  #complete(finishReason: FinishReason, last: AttemptRecord | undefined): void {
    const completed = makeCompleted(finishReason, this.#delivery.answer, this.#records, this.#picker.skips);
    this.#delivery.complete(last, completed);
  }

  #endStopped(stop: Stop): void {
    if (stop.kind === "deadlineExceeded") this.#refuse(ErrorReason.DEADLINE_EXCEEDED);
    else this.#delivery.close(new Error("the client went away"));
  }

  #refuse(reason: ErrorReason | undefined): void {
    const refusal = makeRefusal({
      plan: this.#plan,
      records: this.#records,
      skips: this.#picker.skips,
      answer: this.#delivery.answer,
      reason,
    });
    this.#delivery.close(new CallRefused(refusal));
  }

  /** Time until the first progress: a part of what remains, so that the next route gets its turn. */
  #budgetMs(): number {
    const remainingMs = Math.max(1, this.#plan.deadlineAtMs - performance.now());
    const last = !this.#picker.hasNext || this.#records.length >= this.#plan.maxAttempts;
    return last ? remainingMs : Math.max(remainingMs / 2, remainingMs - NEXT_ROUTE_RESERVE_MS);
  }

  /** Whether so little of the answer is missing that another attempt is not worth it. */
  #nearlyFull(): boolean {
    return this.#delivery.answer.bytes > 0 && this.#remainingTokens() < MIN_CONTINUATION_TOKENS;
  }

  /** Tokens that the answer may still have; infinite without a limit. */
  #remainingTokens(): number {
    const { maxOutputTokens } = this.#plan.request;
    if (maxOutputTokens === undefined) return Number.POSITIVE_INFINITY;
    return maxOutputTokens - estimateTokens(this.#delivery.answer.text.length);
  }
}
