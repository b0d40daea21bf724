/** An answer that comes as server-sent events. */

import type { UpstreamEvent } from "../call/upstream.ts";
import type { FailureKind } from "../call/upstream-failure.ts";
import { EventStream } from "../wire/event-stream.ts";
import type { BodyEnding, ResponseBody } from "../wire/response-body.ts";
import { type AnswerHead, makeFailure } from "./dialect/answer-head.ts";
import type { AnswerReader } from "./dialect/dialect.ts";
import { ALIVE, type Answer, UNREADABLE } from "./upstream-answer.ts";

/**
 * Longest wait for more behind the finish reason, or behind what came after it, in milliseconds: the answer seems to be
 * whole, and the caller waits.
 */
const USAGE_WAIT_MS = 500;

export class StreamedAnswer implements Answer {
  readonly events: UpstreamEvent[] = [];
  readonly #body: ResponseBody;
  readonly #head: AnswerHead;
  readonly #reader: AnswerReader;
  readonly #stream: EventStream;
  #eventCount = 0;
  #failed = false;
  #bodyEnded = false;
  #usageTimer: NodeJS.Timeout | undefined;

  constructor(body: ResponseBody, head: AnswerHead, reader: AnswerReader) {
    this.#body = body;
    this.#head = head;
    this.#reader = reader;
    this.#stream = new EventStream((data, name) => this.#takeEvent(data, name));
  }

  async advance(): Promise<boolean> {
    this.events.length = 0;
    if (this.#isOver()) return false;
    const piece = await this.#body.read();
    if (typeof piece === "string") this.#takeEnding(piece);
    else this.#takeBytes(piece);
    if (this.#isOver()) {
      clearTimeout(this.#usageTimer);
      // Before the last event is out: its reader may abort, which would close a connection that is still good.
      this.#body.discard();
    }
    return this.events.length > 0;
  }

  #isOver(): boolean {
    return this.#failed || this.#bodyEnded || this.#isRead();
  }

  #isRead(): boolean {
    return this.#reader.phase === "ended";
  }

  #takeBytes(chunk: Buffer): void {
    const fault = this.#stream.feed(chunk);
    if (fault !== undefined && !this.#isOver())
      this.#fail("malformed", `sent an event stream that cannot be read: ${fault}`);
    if (this.#reader.phase === "answered") this.#awaitUsage();
    if (this.events.length === 0) this.events.push(ALIVE);
  }

  #awaitUsage(): void {
    // Signs of life alone do not make the caller wait for longer.
    if (this.#usageTimer !== undefined && this.events.length === 0) return;
    clearTimeout(this.#usageTimer);
    this.#usageTimer = setTimeout(() => this.#body.close(), USAGE_WAIT_MS);
  }

  #takeEvent(data: string, name: string | undefined): void {
    // An event without data says nothing; some servers send them to keep the connection alive.
    if (this.#isOver() || data === "") return;
    if (this.#reader.readEvent(data, name, this.events)) this.#eventCount += 1;
    else this.#fail("malformed", `sent an event that is not JSON after ${this.#eventCount} events`);
  }

  #takeEnding(ending: BodyEnding): void {
    // What was left unfinished may still be a whole event; broken JSON there is only the mark of the cut.
    if (ending !== "aborted") this.#flush();
    this.#bodyEnded = true;
    if (this.#failed || this.#isRead()) return;
    if (ending === "end" || this.#reader.phase === "answered") {
      this.#reader.finish(this.events);
      if (this.#isRead()) return;
    }
    if (ending === "cut") this.#fail("cut", `broke the connection after ${this.#eventCount} events`);
    else if (ending === "unreadable") this.#fail("malformed", UNREADABLE);
    else if (ending === "end" && this.#eventCount === 0 && this.#stream.bytes > 0) {
      this.#fail("malformed", "answered with something that is no event stream");
    } else if (ending === "end") this.#fail("truncated", `ended the answer early after ${this.#eventCount} events`);
  }

  #flush(): void {
    const eventsBefore = this.events.length;
    this.#stream.end();
    if (!this.#failed) return;
    this.#failed = false;
    this.events.length = eventsBefore;
  }

  #fail(kind: FailureKind, message: string): void {
    if (this.#reader.phase === "answered") {
      this.#reader.finish(this.events);
      return;
    }
    this.#failed = true;
    this.events.push({ kind: "failed", failure: makeFailure(this.#head, kind, "", message) });
  }
}
