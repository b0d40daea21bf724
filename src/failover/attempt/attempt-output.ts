/** The way of one attempt's output to the client: joined at the seam, held back where the plan says so. */

import { FinishReason, type ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Delivery } from "../delivery.ts";
import { MAX_HELD_BYTES } from "../engine-limits.ts";
import type { AttemptRecord } from "../ledger/attempt-record.ts";
import type { AnswerCheck, Finding } from "../schema/verify-answer.ts";
import { type Continued, stopsInMidSentence } from "../seam/seam.ts";
import { TextPath } from "../seam/text-path.ts";
import { WholeWords } from "./whole-words.ts";

/** What is held back until the answer is complete. */
type Held =
  | { readonly kind: "text"; text: string }
  | { readonly kind: "reasoning"; readonly text: string; readonly opaque: string | undefined }
  | { readonly kind: "toolCall"; readonly call: ToolCall };

export interface AttemptOutputOptions {
  readonly delivery: Delivery;
  readonly record: AttemptRecord;
  /** Where the text goes on; undefined if the answer begins here. */
  readonly continued: Continued | undefined;
  /** Whether everything is held until `settle` and `flush`. */
  readonly holdsBackAnswer: boolean;
  /** Whether the word that is being written is held until it is whole. */
  readonly holdsBackWords: boolean;
  /** Whether everything is held until `win`: for a hedge, which may be discarded yet. */
  readonly waitsForWin: boolean;
  readonly includesReasoning: boolean;
  /** Whether an answer without a word can be meant: a stop sequence may end it before the first. */
  readonly mayBeEmpty: boolean;
  /** Whether the next route is asked when a model refuses outright. */
  readonly reroutesRefusal: boolean;
  /** Judges a whole answer. Missing if any answer will do. */
  readonly verify?: AnswerCheck | undefined;
}

/** Takes an attempt's content and delivers it, or keeps it until `win` or `flush`. */
export class AttemptOutput {
  readonly #options: AttemptOutputOptions;
  readonly #path: TextPath;
  readonly #words: WholeWords | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  #holds: boolean;
  /** Whether anything but white space was said, and whether a tool was called. */
  #said = false;
  #called = false;
  #wholeText = "";
  #trimmedLength = 0;

  constructor(options: AttemptOutputOptions) {
    this.#options = options;
    this.#path = new TextPath(options.continued);
    this.#words = options.holdsBackWords ? new WholeWords() : undefined;
    this.#holds = options.holdsBackAnswer || options.waitsForWin;
  }

  /** Why the output is not the answer that was asked for; undefined while it may be. */
  get fault(): string | undefined {
    if (this.#path.diverged) return "the continuation cannot be joined to the answer";
    if (this.#heldBytes > MAX_HELD_BYTES)
      return `the answer is larger than the ${MAX_HELD_BYTES} bytes that can be held back`;
    return undefined;
  }

  /** Whether a stop sequence that spans the seam is complete. */
  get stopped(): boolean {
    return this.#path.stopped;
  }

  text(piece: string): void {
    const text = this.#path.push(piece);
    if (this.#words === undefined) return this.#deliver(text);
    this.#deliver(this.#words.push(text) + (this.#path.stopped ? this.#words.end() : ""));
  }

  reasoning(text: string, opaque: string | undefined): void {
    const { includesReasoning, delivery, record } = this.#options;
    if (!includesReasoning) return;
    if (this.#holds) this.#hold({ kind: "reasoning", text, opaque }, Buffer.byteLength(text + (opaque ?? "")));
    else delivery.reasoning(record, text, opaque);
  }

  toolCall(call: ToolCall): void {
    const { delivery, record } = this.#options;
    // What the seam still holds was said before the call.
    this.settle();
    this.#called = true;
    if (this.#path.diverged || this.#path.stopped) return;
    if (this.#holds) this.#hold({ kind: "toolCall", call }, Buffer.byteLength(call.argumentsJson));
    else delivery.toolCall(record, call);
  }

  /** Lets go what the seam holds. Called at a tool call, and at the end of the answer before `fault` is asked again. */
  settle(): void {
    const text = this.#path.end();
    this.#deliver(this.#words === undefined ? text : this.#words.push(text) + this.#words.end());
  }

  lack(reason: FinishReason, atStopSequence: boolean): string | undefined {
    if (reason === FinishReason.TOOL_CALLS && !this.#called) return "it ended for a tool call and made none";
    if (reason !== FinishReason.STOP || this.#said || this.#called) return undefined;
    const { continued, mayBeEmpty } = this.#options;
    if (continued === undefined) return mayBeEmpty || atStopSequence ? undefined : "it ended without a word";
    return stopsInMidSentence(continued.delivered)
      ? "it added nothing to an answer that stopped in mid-sentence"
      : undefined;
  }

  reroutes(reason: FinishReason): boolean {
    return reason === FinishReason.REFUSAL && this.#options.reroutesRefusal && !this.#said && !this.#called;
  }

  /** Judges the whole answer, where the request says what it must be like. Called after `settle`. */
  verify(): Promise<Finding> | undefined {
    return this.#options.verify?.(this.#wholeText);
  }

  /** No other attempt can take the call over any more: lets go what only waited for that. */
  win(): void {
    if (this.#options.holdsBackAnswer || !this.#holds) return;
    this.#holds = false;
    this.flush();
  }

  /** Delivers what was held back. */
  flush(): void {
    const { delivery, record } = this.#options;
    for (const held of this.#held) {
      switch (held.kind) {
        case "text":
          delivery.text(record, held.text);
          break;
        case "reasoning":
          delivery.reasoning(record, held.text, held.opaque);
          break;
        case "toolCall":
          delivery.toolCall(record, held.call);
          break;
      }
    }
    this.#held = [];
  }

  /** Drops what is held. */
  discard(): void {
    this.#held = [];
  }

  #deliver(text: string): void {
    const { delivery, record, verify } = this.#options;
    if (this.#path.trimmed.length !== this.#trimmedLength) {
      this.#trimmedLength = this.#path.trimmed.length;
      record.trimmedBytes = Buffer.byteLength(this.#path.trimmed);
    }
    if (text === "") return;
    this.#said ||= text.trim() !== "";
    if (verify !== undefined) this.#wholeText += text;
    if (!this.#holds) {
      delivery.text(record, text);
      return;
    }
    const last = this.#held.at(-1);
    if (last?.kind === "text") {
      last.text += text;
      this.#heldBytes += Buffer.byteLength(text);
    } else {
      this.#hold({ kind: "text", text }, Buffer.byteLength(text));
    }
  }

  #hold(held: Held, bytes: number): void {
    this.#held.push(held);
    this.#heldBytes += bytes;
  }
}
