/** One try on one route: reads the upstream, watches its clocks, and ends exactly once. */

import type { ToolCall } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamEvent, UpstreamRequest } from "../provider/upstream.ts";
import type { Lease } from "../route/route.ts";
import { AttemptClock } from "./attempt-clock.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import { classify } from "./failure-classes.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptLimits } from "./plan.ts";

/** Takes what an attempt produces. */
export interface AttemptSink {
  text(text: string): void;
  reasoning(text: string, opaque: string | undefined): void;
  toolCall(call: ToolCall): void;
  /** Lets go what is held at the end of the answer. */
  settle(): void;
  /** Why the output is not the answer that was asked for; undefined while it may be. */
  readonly fault: string | undefined;
  /** Whether the answer ended at a stop sequence that the upstream could not see. */
  readonly stopped: boolean;
}

export interface AttemptOptions {
  readonly record: AttemptRecord;
  readonly lease: Lease;
  readonly request: UpstreamRequest;
  readonly limits: AttemptLimits;
  /** Most time until the first progress, in milliseconds. */
  readonly budgetMs: number;
  readonly sink: AttemptSink;
  /** A promise to wait for before more is read, or undefined if the client keeps up. */
  readonly full: () => Promise<void> | undefined;
  readonly onSuspect: () => void;
}

/** Runs from its construction until `ended` resolves. Events that come later are dropped. */
export class Attempt {
  readonly record: AttemptRecord;
  /** Resolves when the attempt has ended. Never rejects. */
  readonly ended: Promise<Outcome>;
  readonly #options: AttemptOptions;
  readonly #clock: AttemptClock;
  readonly #abort = new AbortController();
  readonly #resolve: (outcome: Outcome) => void;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.record = options.record;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#clock = new AttemptClock({
      limits: options.limits,
      budgetMs: options.budgetMs,
      pings: options.record.origin.route.pings,
      onExpire: (outcome) => this.end(outcome),
      onSuspect: options.onSuspect,
    });
    void this.#read();
  }

  /** Ends the attempt, closes its connection and tells its route the verdict. The first call counts. */
  end(outcome: Outcome): void {
    if (this.record.outcome !== undefined) return;
    this.record.end(outcome);
    this.#clock.stop();
    this.#abort.abort();
    this.#options.lease[classify(outcome).verdict]();
    this.#resolve(outcome);
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
        const wait = full();
        if (wait === undefined) continue;
        this.#clock.pause();
        await wait;
        this.#clock.resume();
      }
      this.#endWithout("ended without an end of the answer", "truncated");
    } catch {
      this.#endWithout("broke its own rules", "malformed");
    }
  }

  /** Upstreams end with an event; this is for one that does not. */
  #endWithout(message: string, kind: "truncated" | "malformed"): void {
    const failure = { kind, status: undefined, code: "", upstreamRequestId: "", retryAfterMs: undefined, message };
    this.end({ kind: "failed", failure });
  }

  #accept(event: UpstreamEvent): void {
    const { record } = this;
    const { sink } = this.#options;
    switch (event.kind) {
      case "text":
        this.#progress("text", event.text);
        record.receivedBytes += Buffer.byteLength(event.text);
        sink.text(event.text);
        this.#judge();
        break;
      case "reasoning":
        this.#progress("reasoning", event.text);
        sink.reasoning(event.text, event.opaque);
        break;
      case "toolCallGrew":
        record.toolCallBegun = true;
        this.#progress("tool", "");
        record.receivedCharacters += event.characters;
        break;
      case "toolCall":
        record.toolCallBegun = true;
        this.#progress("tool", "");
        sink.toolCall(event.call);
        this.#judge();
        break;
      case "alive":
        this.#clock.alive();
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
      case "finished":
        sink.settle();
        this.#judge();
        this.end({ kind: "completed", finishReason: event.reason });
        break;
      case "failed":
        this.end({ kind: "failed", failure: event.failure });
        break;
    }
  }

  #progress(phase: "text" | "tool" | "reasoning", text: string): void {
    const { record } = this;
    const nowMs = performance.now();
    record.firstProgressAtMs ??= nowMs;
    if (phase !== "reasoning") record.firstTokenAtMs ??= nowMs;
    record.receivedCharacters += text.length;
    this.#clock.progress(phase, nowMs);
    this.#options.lease.contentArrived();
  }

  #judge(): void {
    const { sink } = this.#options;
    const { fault } = sink;
    if (fault !== undefined) this.end({ kind: "badAnswer", message: fault });
    else if (sink.stopped) this.end({ kind: "completed", finishReason: 1 });
  }
}
