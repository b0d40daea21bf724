/** What the client gets of a call: the one place where events leave the engine. */

import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  type Completed,
  HeartbeatSchema,
  ReasoningDeltaSchema,
  type RouteSwitched,
  RouteSwitchedSchema,
  StartedSchema,
  TextDeltaSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { ToolCall } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { SwitchReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Plan } from "../call/plan.ts";
import { Answer } from "./delivered-answer.ts";
import { HEARTBEAT_INTERVAL_MS } from "./engine-limits.ts";
import type { AttemptRecord } from "./ledger/attempt-record.ts";
import type { CallEvent, Outbox } from "./outbox.ts";

/** Delivers pieces of attempts, keeps the answer as the client has it, and announces every change of the serving route. */
export class Delivery {
  readonly answer: Answer;
  readonly #plan: Plan;
  readonly #switches: { readonly told: RouteSwitched; readonly record: AttemptRecord }[] = [];
  readonly #outbox: Outbox;
  /** The route that serves, or is to serve first. */
  #serving = "";
  /** Why the serving route was left, while no other has taken over. */
  #leftFor: SwitchReason | undefined;
  /** The latest attempt that the client has heard of. */
  #announcedAttempt = 0;
  #contentAtMs: number;
  #eventAtMs: number;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(plan: Plan, outbox: Outbox) {
    this.#plan = plan;
    this.#outbox = outbox;
    this.answer = new Answer(plan.resumedText);
    this.#contentAtMs = plan.startedAtMs;
    this.#eventAtMs = plan.startedAtMs;
  }

  /** Whether the client has been told that the call began. */
  get started(): boolean {
    return this.#serving !== "";
  }

  /** Every change of the serving route that the client was told of, with what is known of it now. */
  get switches(): RouteSwitched[] {
    return this.#switches.map(({ told, record }) =>
      create(RouteSwitchedSchema, { ...told, trimmedBytes: BigInt(record.trimmedBytes) }),
    );
  }

  /** Tells the client that the first attempt was admitted. */
  start(route: string): void {
    const { requestId, request, routes } = this.#plan;
    this.#serving = route;
    this.#announcedAttempt = 1;
    const value = create(StartedSchema, {
      requestId,
      clientRequestId: request.clientRequestId,
      routes: routes.map(({ route: { name } }) => name),
      route,
    });
    this.#push(1, { case: "started", value }, 0);
    this.#armHeartbeat(HEARTBEAT_INTERVAL_MS);
  }

  /** Notes why the serving route was left. The switch is announced when another attempt delivers something. */
  leave(reason: SwitchReason): void {
    this.#leftFor ??= reason;
  }

  text(record: AttemptRecord, text: string): void {
    this.#announce(record);
    const bytes = this.answer.addText(text);
    record.deliveredBytes += bytes;
    if (this.#plan.request.maxOutputTokens !== undefined) record.countDelivered(text);
    this.#content(record, { case: "textDelta", value: create(TextDeltaSchema, { text }) }, bytes);
  }

  reasoning(record: AttemptRecord, text: string, opaque: string | undefined): void {
    this.#announce(record);
    const value = create(ReasoningDeltaSchema, opaque === undefined ? { text } : { text, opaque });
    this.#content(record, { case: "reasoningDelta", value }, text.length);
  }

  toolCall(record: AttemptRecord, call: ToolCall): void {
    this.#announce(record);
    this.answer.addToolCall();
    this.#content(record, { case: "toolCall", value: call }, call.argumentsJson.length);
  }

  /** Ends the stream well. `last` is the attempt that came to the end of the answer. */
  complete(last: AttemptRecord | undefined, completed: Completed): void {
    if (last !== undefined) this.#announce(last);
    completed.switches = this.switches;
    this.#push(this.#announcedAttempt, { case: "completed", value: completed }, 0);
    this.close();
  }

  /** Ends the stream; with `error` the client gets that instead of `completed`. */
  close(error?: unknown): void {
    clearTimeout(this.#heartbeat);
    this.#outbox.end(error);
  }

  #content(record: AttemptRecord, event: CallEvent, bytes: number): void {
    record.delivered = true;
    this.#push(record.origin.number, event, bytes);
    this.#contentAtMs = this.#eventAtMs;
  }

  #push(attempt: number, event: CallEvent, bytes: number): void {
    this.#eventAtMs = performance.now();
    this.#outbox.push(attempt, event, bytes);
  }

  /** Tells the client of a new serving route, just before its first event. */
  #announce(record: AttemptRecord): void {
    const { origin, trimmedBytes } = record;
    if (origin.number === this.#announcedAttempt) return;
    this.#announcedAttempt = origin.number;
    const from = this.#serving;
    const to = origin.route.name;
    const reason = this.#leftFor ?? SwitchReason.FAILED;
    this.#serving = to;
    this.#leftFor = undefined;
    if (to === from) return;
    const value = create(RouteSwitchedSchema, {
      from,
      to,
      reason,
      mode: origin.mode,
      atUtf8Byte: BigInt(this.answer.bytes),
      trimmedBytes: BigInt(trimmedBytes),
      gap: durationFromMs(Math.round(performance.now() - this.#contentAtMs)),
    });
    this.#switches.push({ told: value, record });
    this.#push(origin.number, { case: "routeSwitched", value }, 0);
  }

  /** One timer a stream, which looks at the time of the last event. */
  #armHeartbeat(ms: number): void {
    this.#heartbeat = setTimeout(() => {
      const quietMs = performance.now() - this.#eventAtMs;
      const due = quietMs >= HEARTBEAT_INTERVAL_MS;
      if (due && this.#outbox.empty) {
        this.#push(this.#announcedAttempt, { case: "heartbeat", value: create(HeartbeatSchema) }, 0);
      }
      this.#armHeartbeat(due ? HEARTBEAT_INTERVAL_MS : Math.ceil(HEARTBEAT_INTERVAL_MS - quietMs));
    }, ms);
  }
}
