/** Reads the answers of Chat Completions: streamed chunks, or one whole completion. */

import { FinishReason } from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, type JsonObject, parseJson } from "../../../call/json-object.ts";
import type { UpstreamEvent } from "../../../call/upstream.ts";
import type { ErrorRule } from "../../../vendor/error-rule.ts";
import type { RouteSettings } from "../../settings.ts";
import { type AnswerHead, makeFailure } from "../answer-head.ts";
import type { AnswerReader } from "../dialect.ts";
import { listOf, stringOf } from "../json-values.ts";
import { parseStreamFailure } from "../parse-failure.ts";
import { ToolCalls } from "../tool-calls.ts";
import { readVendorError } from "./failure.ts";
import { readUsage } from "./usage.ts";

/**
 * The words for an end, in lower case. Any other word, as `abort` or `insufficient_system_resource`, says that the answer
 * broke off. A map, because an object knows `constructor` too.
 */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", FinishReason.STOP],
  ["eos", FinishReason.STOP],
  ["eos_token", FinishReason.STOP],
  ["end_turn", FinishReason.STOP],
  ["stop_sequence", FinishReason.STOP],
  ["complete", FinishReason.STOP],
  ["length", FinishReason.LENGTH],
  ["max_tokens", FinishReason.LENGTH],
  ["model_length", FinishReason.LENGTH],
  ["tool_calls", FinishReason.TOOL_CALLS],
  ["function_call", FinishReason.TOOL_CALLS],
  ["content_filter", FinishReason.CONTENT_FILTER],
]);

/** As much of a word of the vendor's as an error tells. */
const MAX_WORD = 40;

/** Number of the one call of the older `function_call` form, beside the numbered ones. */
const LEGACY_CALL = -1;

/** Reads one answer. Takes the first choice only. */
export class ChatReader implements AnswerReader {
  phase: "open" | "answered" | "ended" = "open";
  readonly #head: AnswerHead;
  readonly #errorRules: readonly ErrorRule[];
  readonly #toolCalls = new ToolCalls();
  #model = "";
  #completionId = "";
  #spoke = false;
  #refused = false;
  #finishReason = "";

  constructor(head: AnswerHead, { vendorDialect }: RouteSettings) {
    this.#head = head;
    this.#errorRules = vendorDialect.errors;
  }

  readEvent(data: string, name: string | undefined, out: UpstreamEvent[]): boolean {
    if (data === "[DONE]") {
      this.finish(out);
      return true;
    }
    const chunk = parseJson(data);
    if (chunk === undefined) return false;
    if (!isObject(chunk)) return true;
    if (isError(chunk, name)) this.#fail(chunk, out);
    else this.#readChunk(chunk, out);
    return true;
  }

  readWhole(text: string, out: UpstreamEvent[]): boolean {
    const completion = parseJson(text);
    if (!isObject(completion)) return false;
    if (isError(completion, undefined)) {
      this.#fail(completion, out);
      return true;
    }
    if (!Array.isArray(completion["choices"])) return false;
    this.#readChunk(completion, out);
    this.finish(out);
    return true;
  }

  finish(out: UpstreamEvent[]): void {
    if (this.phase !== "answered") return;
    const broken = this.#deliverCalls(out);
    if (broken !== undefined) return this.#breakOff("malformed", `sent ${broken}`, out);
    this.phase = "ended";
    out.push({ kind: "finished", reason: this.#reason() });
  }

  #readChunk(chunk: JsonObject, out: UpstreamEvent[]): void {
    const model = chunk["model"];
    if (typeof model === "string" && model !== this.#model && model !== "") {
      this.#model = model;
      out.push({ kind: "model", model });
    }
    const choices = chunk["choices"];
    if (Array.isArray(choices)) {
      for (const choice of choices)
        if (isObject(choice) && (choice["index"] ?? 0) === 0) this.#readChoice(chunk, choice, out);
    }
    const usage = chunk["usage"];
    if (isObject(usage)) {
      out.push({ kind: "usage", usage: readUsage(usage) });
      // Usage of its own is the last thing that comes; beside a choice some servers send it with each chunk.
      if (listOf(choices).length === 0) this.finish(out);
    }
  }

  #readChoice(chunk: JsonObject, choice: JsonObject, out: UpstreamEvent[]): void {
    // A whole completion has a message where a chunk has a delta.
    const delta = choice["delta"] ?? choice["message"];
    if (isObject(delta)) this.#readDelta(delta, out);
    const reason = choice["finish_reason"];
    if (typeof reason !== "string" || reason === "" || this.phase === "ended") return;
    this.#completionId = stringOf(chunk["id"]) || "call";
    const word = reason.toLowerCase();
    if (this.phase === "open") this.#answer(word, chunk, out);
    // Some servers say it with each call or twice: what comes behind the first one still counts.
    else if (FINISH_REASONS.has(word)) this.#finishReason = word;
  }

  #readDelta(delta: JsonObject, out: UpstreamEvent[]): void {
    const content = delta["content"];
    if (typeof content === "string") this.#say(content, out);
    else if (content !== null && content !== undefined) this.#readParts(content, out);
    const reasoning = stringOf(delta["reasoning_content"]) || stringOf(delta["reasoning"]);
    if (reasoning !== "") out.push({ kind: "reasoning", text: reasoning });
    if (delta["tool_calls"] !== undefined) this.#readToolCalls(delta["tool_calls"], out);
    if (delta["function_call"] !== undefined) this.#growCall(LEGACY_CALL, delta, delta["function_call"], out);
    const refusal = delta["refusal"];
    if (typeof refusal === "string" && refusal !== "") {
      this.#refused = true;
      this.#say(refusal, out);
    }
  }

  /** Mistral's form: a list of text and thinking parts. */
  #readParts(parts: unknown, out: UpstreamEvent[]): void {
    for (const part of listOf(parts)) {
      if (!isObject(part)) continue;
      if (part["type"] === "text") this.#say(stringOf(part["text"]), out);
      for (const thought of listOf(part["thinking"])) {
        const text = isObject(thought) ? stringOf(thought["text"]) : "";
        if (text !== "") out.push({ kind: "reasoning", text });
      }
    }
  }

  #readToolCalls(calls: unknown, out: UpstreamEvent[]): void {
    let position = 0;
    for (const call of listOf(calls)) {
      if (isObject(call)) {
        const index = call["index"];
        this.#growCall(typeof index === "number" ? index : position, call, call["function"], out);
      }
      position += 1;
    }
  }

  #growCall(index: number, call: JsonObject, called: unknown, out: UpstreamEvent[]): void {
    if (!isObject(called)) return;
    const given = called["arguments"];
    // Some servers give the arguments as an object instead of its JSON.
    const argumentsJson = isObject(given) ? JSON.stringify(given) : stringOf(given);
    this.#toolCalls.grow(index, stringOf(call["id"]), stringOf(called["name"]), argumentsJson, out);
  }

  #say(text: string, out: UpstreamEvent[]): void {
    if (text === "") return;
    this.#spoke = true;
    out.push({ kind: "text", text });
  }

  // open -> answered: the finish reason came. open -> ended: it tells of a failure.
  #answer(reason: string, chunk: JsonObject, out: UpstreamEvent[]): void {
    if (reason === "error") return this.#fail(chunk, out);
    if (!FINISH_REASONS.has(reason))
      return this.#breakOff("truncated", `broke off with the reason ${reason.slice(0, MAX_WORD)}`, out);
    if (reason === "content_filter" && !this.#spoke) {
      this.phase = "ended";
      const message = "ended by the content filter before any text";
      out.push({ kind: "failed", failure: makeFailure(this.#head, "content-filtered", "content_filter", message) });
      return;
    }
    this.phase = "answered";
    this.#finishReason = reason;
    // The rest of a call may come behind its finish reason: until then the answer is not whole.
    if (this.#deliverCalls(out) === undefined) out.push({ kind: "answered", reason: this.#reason() });
  }

  #deliverCalls(out: UpstreamEvent[]): string | undefined {
    const reason = FINISH_REASONS.get(this.#finishReason);
    const cutShort = reason === FinishReason.LENGTH || reason === FinishReason.CONTENT_FILTER;
    return this.#toolCalls.deliver(this.#completionId, cutShort, out);
  }

  #breakOff(kind: "truncated" | "malformed", message: string, out: UpstreamEvent[]): void {
    this.phase = "ended";
    out.push({ kind: "failed", failure: makeFailure(this.#head, kind, "", message) });
  }

  #fail(document: JsonObject, out: UpstreamEvent[]): void {
    // An error behind the finish reason changes nothing: the answer is whole.
    if (this.phase === "answered") return this.finish(out);
    this.phase = "ended";
    out.push({ kind: "failed", failure: parseStreamFailure(this.#errorRules, readVendorError, this.#head, document) });
  }

  #reason(): FinishReason {
    const reason = FINISH_REASONS.get(this.#finishReason) ?? FinishReason.STOP;
    if (reason !== FinishReason.STOP) return reason;
    if (this.#refused) return FinishReason.REFUSAL;
    // A forced call ends with `stop`.
    return this.#toolCalls.size > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
  }
}

function isError(chunk: JsonObject, name: string | undefined): boolean {
  const error = chunk["error"];
  return (
    name === "error" ||
    chunk["object"] === "error" ||
    (isObject(error) && Object.keys(error).length > 0) ||
    (typeof error === "string" && error !== "")
  );
}
