/** The events of a call on their way to the client: merged while they wait, numbered when they leave. */

import { create } from "@bufbuild/protobuf";
import {
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { MAX_OUTBOX_BYTES } from "./engine-limits.ts";

/** What happened, as the API says it. */
export type CallEvent = StreamCompleteResponse["event"];

interface Waiting {
  readonly attempt: number;
  readonly event: CallEvent;
}

/**
 * A queue with one reader. Deltas that wait are merged with their neighbours of the same attempt and kind, so a client
 * that is slower than the upstream gets fewer and larger messages.
 */
export class Outbox implements AsyncIterableIterator<StreamCompleteResponse> {
  readonly #onReturn: () => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #sequence = 0n;
  #ended = false;
  #error: unknown;
  #reader: PromiseWithResolvers<IteratorResult<StreamCompleteResponse>> | undefined;
  #writer: PromiseWithResolvers<void> | undefined;

  /** `onReturn` is called when the reader stops before the end. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Adds an event. */
  push(attempt: number, event: CallEvent, bytes: number): void {
    if (this.#ended) return;
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader.resolve({ done: false, value: this.#number({ attempt, event }) });
      return;
    }
    this.#waitingBytes += bytes;
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.attempt === attempt && merge(last.event, event)) return;
    this.#waiting.push({ attempt, event });
  }

  /** Ends the stream behind what waits; with `error` the reader gets that instead of a normal end. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#writer?.resolve();
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) return;
    if (error === undefined) reader.resolve({ done: true, value: undefined });
    else reader.reject(error);
  }

  /** A promise to wait for before more is read from the upstream, or undefined if the reader keeps up. */
  full(): Promise<void> | undefined {
    if (this.#waitingBytes < MAX_OUTBOX_BYTES || this.#ended) return undefined;
    this.#writer ??= Promise.withResolvers();
    return this.#writer.promise;
  }

  next(): Promise<IteratorResult<StreamCompleteResponse>> {
    const first = this.#waiting.shift();
    if (first !== undefined) {
      if (this.#waiting.length === 0) this.#drained();
      return Promise.resolve({ done: false, value: this.#number(first) });
    }
    if (this.#ended) return this.#finish();
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  return(): Promise<IteratorResult<StreamCompleteResponse>> {
    this.#waiting = [];
    this.end();
    this.#onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): Promise<IteratorResult<StreamCompleteResponse>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  #drained(): void {
    this.#waitingBytes = 0;
    this.#writer?.resolve();
    this.#writer = undefined;
  }

  #number({ attempt, event }: Waiting): StreamCompleteResponse {
    this.#sequence += 1n;
    return create(StreamCompleteResponseSchema, { sequence: this.#sequence, attempt, event });
  }
}

/** Appends a delta to a waiting one of the same kind. A delta with a signature ends a block and stays apart. */
function merge(into: CallEvent, next: CallEvent): boolean {
  if (into.case === "textDelta" && next.case === "textDelta") {
    into.value.text += next.value.text;
    return true;
  }
  if (into.case === "reasoningDelta" && next.case === "reasoningDelta") {
    if (into.value.opaque !== undefined || next.value.opaque !== undefined) return false;
    into.value.text += next.value.text;
    return true;
  }
  return false;
}
