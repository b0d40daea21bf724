/** One try on one route: reads the upstream, watches its clocks, and ends exactly once. */

import { FinishReason, type ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { PlannedRoute } from "../../call/plan.ts";
import type { Lease, WatchedAttempt } from "../../call/route.ts";
import type { UpstreamEvent, UpstreamRequest } from "../../call/upstream.ts";
import type { UpstreamFailure } from "../../call/upstream-failure.ts";
import { MAX_REPEATED_CHARACTERS, MAX_TOOL_CALL_CHARACTERS } from "../engine-limits.ts";
import { classify } from "../failure-classes.ts";
import type { AttemptRecord } from "../ledger/attempt-record.ts";
import type { Finding } from "../schema/verify-answer.ts";
import { AttemptClock } from "./attempt-clock.ts";
import type { Outcome } from "./outcome.ts";
import { Repetition } from "./repetition.ts";
import { ThroughputFloor } from "./throughput-floor.ts";

/** Takes what an attempt produces. */
export interface AttemptSink {
  text(text: string): void;
  reasoning(text: string, opaque: string | undefined): void;
  toolCall(call: ToolCall): void;
  /** Lets go what is held at the end of the answer. */
  settle(): void;
  /**
   * Why an answer that ends for `reason` is none; undefined if it is one. `atStopSequence`: the upstream says that it
   * ended at one. Asked after `settle`.
   */
  lack(reason: FinishReason, atStopSequence: boolean): string | undefined;
  /** Whether the model refused outright, and the next route is to be asked. Asked after `settle`. */
  reroutes(reason: FinishReason): boolean;
  /** Why the output is not the answer that was asked for; undefined while it may be. */
  readonly fault: string | undefined;
  /** Whether the answer ended at a stop sequence that the upstream could not see. */
  readonly stopped: boolean;
  /** Judges the whole answer after `settle`; undefined if any answer will do. */
  verify(): Promise<Finding> | undefined;
}

/** What an attempt reports while it runs, in the tick in which it happens. */
export interface AttemptEvents {
  /** It has been silent for longer than the suspect limit of its phase. */
  readonly onSuspect: (attempt: Attempt) => void;
  /** Its first text, or first piece of a tool call, came; called before that is passed on. */
  readonly onFirstToken: (attempt: Attempt) => void;
  /** It has ended. Called once. */
  readonly onEnd: (attempt: Attempt, outcome: Outcome) => void;
}

export interface AttemptOptions {
  readonly record: AttemptRecord;
  readonly lease: Lease;
  readonly request: UpstreamRequest;
  readonly planned: Pick<PlannedRoute, "limits" | "sharedLimits">;
  /** Most time until the first progress, in milliseconds. */
  readonly budgetMs: number;
  readonly sink: AttemptSink;
  /** A promise to wait for before more is read, or undefined if the client keeps up. */
  readonly full: () => Promise<void> | undefined;
  /** Whether the call could start on another route instead. */
  readonly mayMove: () => boolean;
  readonly events: AttemptEvents;
}

/** Why an upstream is aborted. Made once: the default reason is an exception with a stack of its own. */
const ATTEMPT_OVER = new Error("the attempt is over");

/** Runs from its construction until `onEnd`. Events of the upstream that come later are dropped. */
export class Attempt implements WatchedAttempt {
  readonly record: AttemptRecord;
  readonly #options: AttemptOptions;
  readonly #clock: AttemptClock;
  readonly #floor: ThroughputFloor;
  readonly #repetition = new Repetition();
  readonly #abort = new AbortController();
  readonly #unsubscribe: () => void;
  /** Set while a whole answer waits for its usage. */
  #answered: FinishReason | undefined;
  #toolCharacters = 0;

  constructor(options: AttemptOptions) {
    const { record, planned, events } = options;
    const { limits, sharedLimits } = planned;
    const { silence } = record.origin.route;
    this.#options = options;
    this.record = record;
    this.#floor = new ThroughputFloor(limits.minTokensPerS);
    this.#clock = new AttemptClock({
      limits,
      sharedLimits,
      budgetMs: options.budgetMs,
      pings: record.origin.route.pings,
      onExpire: (outcome) => this.end(outcome),
      onSuspect: () => events.onSuspect(this),
      onSign: () => silence.judge(),
    });
    this.#unsubscribe = record.origin.route.onIsolated(() => this.end({ kind: "isolated" }));
    silence.join(this);
    void this.#read();
  }

  get sign(): WatchedAttempt["sign"] {
    return this.#clock.sign;
  }

  get begun(): boolean {
    return this.record.firstProgressAtMs !== undefined;
  }

  routeFellSilent(): void {
    if (this.begun) this.#clock.hasten();
    else if (this.#options.mayMove()) {
      const limitMs = Math.round(performance.now() - this.record.startedAtMs);
      this.end(this.sign === "silent" ? { kind: "timedOut", limitMs } : { kind: "movedAway" });
    }
  }

  routeSpoke(): void {
    this.#clock.unhasten();
  }

  /** Ends the attempt, closes its connection and tells its route the verdict. The first call counts. */
  end(outcome: Outcome): void {
    if (this.#over) return;
    // A whole answer is not lost to a deadline that comes while its usage is awaited.
    if (outcome.kind === "deadlineExceeded" && this.#answered !== undefined) this.#finish(this.#answered, false);
    if (this.#over) return;
    this.record.end(outcome);
    this.#clock.stop();
    this.#unsubscribe();
    this.#abort.abort(ATTEMPT_OVER);
    this.#options.lease[classify(outcome).verdict]();
    this.record.origin.route.silence.leave(this);
    this.#options.events.onEnd(this, outcome);
  }

  get #over(): boolean {
    return this.record.outcome !== undefined;
  }

  async #read(): Promise<void> {
    const { record, request, full } = this.#options;
    try {
      for await (const event of record.origin.route.upstream(request, this.#abort.signal)) {
        if (this.#over) return;
        this.#accept(event);
        // The last event has been seen: its verdict may still be awaited.
        if (event.kind === "finished") return;
        const wait = full();
        if (wait === undefined) continue;
        this.#clock.pause();
        await wait;
        this.#floor.shift(this.#clock.resume());
      }
      this.#endWithout("ended without an end of the answer", "truncated");
    } catch {
      this.#endWithout("broke its own rules", "malformed");
    }
  }

  /** Upstreams end with an event; this is for one that does not, or with another than it means. */
  #endWithout(message: string, kind: "truncated" | "malformed" | "content-filtered"): void {
    const failure = { kind, status: undefined, code: "", upstreamRequestId: "", retryAfterMs: undefined, message };
    this.end({ kind: "failed", failure });
  }

  #accept(event: UpstreamEvent): void {
    const { record } = this;
    const { sink } = this.#options;
    switch (event.kind) {
      case "text":
        this.#progress("text", event.text.length, event.text);
        record.receivedBytes += Buffer.byteLength(event.text);
        sink.text(event.text);
        this.#judge();
        this.#endIfRepeated(event.text);
        break;
      case "reasoningBegan":
        this.#progress("reasoning", 0);
        break;
      case "reasoning":
        this.#progress("reasoning", event.text.length);
        sink.reasoning(event.text, event.opaque);
        this.#judge();
        break;
      case "toolCallGrew":
        record.toolCallBegun = true;
        this.#progress("tool", event.characters);
        this.#toolCharacters += event.characters;
        if (this.#toolCharacters > MAX_TOOL_CALL_CHARACTERS) {
          const message = `its tool calls are larger than ${MAX_TOOL_CALL_CHARACTERS} characters`;
          this.end({ kind: "badAnswer", message });
        }
        break;
      case "toolCall":
        record.toolCallBegun = true;
        this.#progress("tool", 0);
        sink.toolCall(event.call);
        this.#judge();
        break;
      case "alive":
        this.#clock.alive();
        break;
      case "adjusted":
        record.adjustments = event.adjustments;
        break;
      case "opened":
        this.#clock.alive();
        record.status = event.status;
        record.upstreamRequestId = event.upstreamRequestId;
        break;
      case "model":
        record.model = event.model;
        break;
      case "usage":
        record.report(event.usage);
        break;
      case "answered":
        this.#answered = event.reason;
        this.#clock.stop();
        break;
      case "finished":
        this.#finish(event.reason, event.atStopSequence ?? false);
        break;
      case "failed":
        this.#fail(event.failure);
        break;
    }
  }

  #progress(phase: "text" | "tool" | "reasoning", characters: number, text = ""): void {
    const { record } = this;
    const { events, lease } = this.#options;
    const nowMs = performance.now();
    const wasSilent = this.#clock.sign === "silent";
    record.firstProgressAtMs ??= nowMs;
    record.receivedCharacters += characters;
    this.#clock.progress(phase, nowMs);
    lease.contentArrived(nowMs);
    if (wasSilent) record.origin.route.silence.judge();
    if (phase !== "text") this.#floor.noteOther(nowMs);
    if (phase === "reasoning") return;
    if (record.firstTokenAtMs === undefined) {
      record.firstTokenAtMs = nowMs;
      events.onFirstToken(this);
    }
    if (phase !== "text") return;
    const tokensPerS = this.#floor.note(text, nowMs);
    if (tokensPerS === undefined) return;
    const slowForAll = tokensPerS < this.#options.planned.sharedLimits.minTokensPerS;
    this.end({ kind: "slow", tokensPerS, ...(!slowForAll && { cutShort: "request" }) });
  }

  #fail(failure: UpstreamFailure): void {
    const { limits, sharedLimits } = this.#options.planned;
    const cutShort = failure.kind === "connect-timeout" && limits.connectTimeoutMs < sharedLimits.connectTimeoutMs;
    this.end({ kind: "failed", failure, ...(cutShort && { cutShort: "request" }) });
  }

  #judge(): void {
    const { sink } = this.#options;
    const { fault } = sink;
    if (fault !== undefined) this.end({ kind: "badAnswer", message: fault });
    else if (sink.stopped) this.end({ kind: "completed", finishReason: FinishReason.STOP });
  }

  #endIfRepeated(text: string): void {
    if (!this.#repetition.note(text)) return;
    this.end({ kind: "badAnswer", message: `said the same again and again for ${MAX_REPEATED_CHARACTERS} characters` });
  }

  /** Completes the answer, once it is known to have the form that was asked for. */
  #finish(finishReason: FinishReason, atStopSequence: boolean): void {
    const { sink } = this.#options;
    this.#answered = undefined;
    sink.settle();
    this.#judge();
    if (!this.#over && sink.reroutes(finishReason))
      this.#endWithout("refused the request before any text", "content-filtered");
    const lack = this.#over ? undefined : sink.lack(finishReason, atStopSequence);
    if (lack !== undefined) this.end({ kind: "badAnswer", message: lack });
    // What was cut off or refused is delivered as it is: no other model would have been allowed to say more.
    const verdict = finishReason === FinishReason.STOP && !this.#over ? sink.verify() : undefined;
    if (verdict === undefined) {
      this.end({ kind: "completed", finishReason });
      return;
    }
    this.#clock.stop();
    // The upstream has done its part: nobody waits for its place while the answer is checked.
    this.#options.lease.leave();
    void verdict.then((finding) => this.end(judgedOutcome(finishReason, finding)));
  }
}

/** How an answer ends of which this was found. */
function judgedOutcome(finishReason: FinishReason, finding: Finding): Outcome {
  switch (finding.kind) {
    case "fits":
      return { kind: "completed", finishReason };
    case "unchecked":
      return { kind: "completed", finishReason, unchecked: finding.message };
    case "fault":
      return { kind: "badAnswer", message: finding.message };
  }
}
