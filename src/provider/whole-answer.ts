/** An answer that comes as one JSON document, from a server that does not stream. */

import type { UpstreamEvent } from "../call/upstream.ts";
import type { FailureKind } from "../call/upstream-failure.ts";
import type { BodyEnding, ResponseBody } from "../wire/response-body.ts";
import { WHOLE_ANSWER_BYTES } from "../wire/wire-limits.ts";
import { type AnswerHead, makeFailure } from "./dialect/answer-head.ts";
import type { AnswerReader } from "./dialect/dialect.ts";
import { ALIVE, type Answer, UNREADABLE } from "./upstream-answer.ts";

export class WholeAnswer implements Answer {
  readonly events: UpstreamEvent[] = [];
  readonly #body: ResponseBody;
  readonly #head: AnswerHead;
  readonly #reader: AnswerReader;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #over = false;

  constructor(body: ResponseBody, head: AnswerHead, reader: AnswerReader) {
    this.#body = body;
    this.#head = head;
    this.#reader = reader;
  }

  async advance(): Promise<boolean> {
    this.events.length = 0;
    if (this.#over) return false;
    const piece = await this.#body.read();
    if (typeof piece === "string") this.#takeEnding(piece);
    else this.#takeBytes(piece);
    return this.events.length > 0;
  }

  #takeBytes(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes > WHOLE_ANSWER_BYTES)
      this.#fail("malformed", `sent an answer of more than ${WHOLE_ANSWER_BYTES} bytes`);
    else this.events.push(ALIVE);
  }

  #takeEnding(ending: BodyEnding): void {
    this.#over = true;
    if (ending === "aborted") return;
    if (ending === "unreadable") return this.#fail("malformed", UNREADABLE);
    if (ending === "cut") return this.#fail("cut", `broke the connection after ${this.#bytes} bytes`);
    const text = Buffer.concat(this.#chunks).toString("utf8");
    if (!this.#reader.readWhole(text, this.events)) this.#fail("malformed", "answered with JSON that is no answer");
    else if (this.#reader.phase !== "ended") this.#fail("truncated", "sent an answer without a finish reason");
  }

  #fail(kind: FailureKind, message: string): void {
    this.#over = true;
    this.#chunks = [];
    this.events.push({ kind: "failed", failure: makeFailure(this.#head, kind, "", message) });
  }
}
