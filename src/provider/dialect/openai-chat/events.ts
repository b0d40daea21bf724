/** Reads the answers of Chat Completions: streamed chunks, or one whole completion. */

import { FinishReason } from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, type JsonObject, parseJson } from "../../../call/json-object.ts";
import type { UpstreamEvent } from "../../../call/upstream.ts";
import type { ErrorRule } from "../../../vendor/error-rule.ts";
import { type OpaqueOwner, sealOpaque } from "../../opaque.ts";
import type { RouteSettings } from "../../settings.ts";
import { type AnswerHead, makeFailure } from "../answer-head.ts";
import type { AnswerReader } from "../dialect.ts";
import { listOf, stringOf } from "../json-values.ts";
import { parseStreamFailure } from "../parse-failure.ts";
import { ToolCalls } from "../tool-calls.ts";
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
  ["max_output_tokens", FinishReason.LENGTH],
  ["model_length", FinishReason.LENGTH],
  ["model_context_window_exceeded", FinishReason.LENGTH],
  ["tool_calls", FinishReason.TOOL_CALLS],
  ["tool_use", FinishReason.TOOL_CALLS],
  ["function_call", FinishReason.TOOL_CALLS],
  ["content_filter", FinishReason.CONTENT_FILTER],
  ["sensitive", FinishReason.CONTENT_FILTER],
  ["safety", FinishReason.CONTENT_FILTER],
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
  readonly #opaqueOwner: OpaqueOwner;
  readonly #maxOutputTokens: number | undefined;
  readonly #toolCalls = new ToolCalls();
  #outputTokens = 0;
  /** Whether it came as one document: only there JSON stands as an object in the place of the text. */
  #isWhole = false;
  #model = "";
  #completionId = "";
  #spoke = false;
  #refused = false;
  #finishReason = "";
  /** Whether usage came, once and behind all content: the end of an answer whose vendor names no reason. */
  #closing: "no" | "counted" | "over" = "no";

  /** `maxOutputTokens` is the limit that the request set. */
  constructor(head: AnswerHead, { vendorDialect, opaqueOwner }: RouteSettings, maxOutputTokens?: number) {
    this.#head = head;
    this.#maxOutputTokens = maxOutputTokens;
    this.#errorRules = vendorDialect.errors;
    this.#opaqueOwner = opaqueOwner;
  }

  readEvent(data: string, name: string | undefined, out: UpstreamEvent[]): boolean {
    if (data === "[DONE]") {
      this.finish(out);
      return true;
    }
    const chunk = parseJson(data);
    if (chunk === undefined) return false;
    if (Array.isArray(chunk) && isObject(chunk[0]) && isError(chunk[0], name)) this.#fail(chunk, out);
    if (!isObject(chunk)) return true;
    if (isError(chunk, name)) this.#fail(chunk, out);
    else this.#readChunk(chunk, out);
    return true;
  }

  readWhole(text: string, out: UpstreamEvent[]): boolean {
    const document = parseJson(text);
    // Google lists its errors.
    const completion: unknown = Array.isArray(document) ? document[0] : document;
    if (!isObject(completion)) return false;
    if (isError(completion, undefined)) {
      this.#fail(completion, out);
      return true;
    }
    if (!Array.isArray(completion["choices"])) return false;
    this.#isWhole = true;
    this.#readChunk(completion, out);
    // A document that names no reason is whole if it counts its tokens.
    if (this.phase === "open" && isObject(completion["usage"])) this.#closing = "counted";
    this.finish(out);
    return true;
  }

  finish(out: UpstreamEvent[]): void {
    if (this.phase === "open" && this.#closing === "counted") this.#answer("stop", {}, out);
    if (this.phase !== "answered") return;
    let broken = this.#deliverCalls(out);
    // Some servers say `tool_calls` of a call that the limit cut off: the count tells.
    if (broken !== undefined && this.#outputTokens >= (this.#maxOutputTokens ?? Number.POSITIVE_INFINITY)) {
      this.#finishReason = "length";
      broken = this.#deliverCalls(out);
    }
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
    const before = out.length;
    const choices = chunk["choices"];
    if (Array.isArray(choices)) {
      for (const choice of choices)
        if (isObject(choice) && (choice["index"] ?? 0) === 0) this.#readChoice(chunk, choice, out);
    }
    const usage = chunk["usage"];
    if (isObject(usage)) {
      const closes = out.length === before && (this.#spoke || this.#toolCalls.size > 0);
      const read = readUsage(usage);
      this.#outputTokens = Number(read.outputTokens ?? 0n);
      out.push({ kind: "usage", usage: read });
      this.#closing = closes && this.#closing === "no" ? "counted" : "over";
      // Usage of its own is the last thing that comes; beside a choice some servers send it with each chunk.
      if (listOf(choices).length === 0 && this.phase === "answered") this.finish(out);
    } else if (out.length > before) {
      this.#closing = this.#closing === "no" ? "no" : "over";
    }
  }

  #readChoice(chunk: JsonObject, choice: JsonObject, out: UpstreamEvent[]): void {
    const content = contentOf(chunk, choice);
    if (isObject(content)) this.#readDelta(content, out);
    this.#completionId ||= stringOf(chunk["id"]);
    const word = reasonOf(choice);
    if (word === "" || this.phase === "ended") return;
    if (this.phase === "open") this.#answer(word, chunk, out);
    // Some servers say it with each call or twice: what comes behind the first one still counts.
    else if (FINISH_REASONS.has(word)) this.#finishReason = word;
  }

  #readDelta(delta: JsonObject, out: UpstreamEvent[]): void {
    const content = delta["content"];
    if (typeof content === "string") this.#say(content, out);
    else if (isObject(content) && this.#isWhole) this.#say(JSON.stringify(content), out);
    else this.#readParts(content, out);
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
      if (typeof part === "string") this.#say(part, out);
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
    const signature = signatureOf(call);
    if (signature !== "") this.#toolCalls.sign(index, sealOpaque(this.#opaqueOwner, "signature", signature));
  }

  #say(text: string, out: UpstreamEvent[]): void {
    if (text === "") return;
    this.#spoke = true;
    out.push({ kind: "text", text });
  }

  // open -> answered: the finish reason came, or all that stands for one. open -> ended: it tells of a failure.
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
    return this.#toolCalls.deliver(this.#completionId || "call", cutShort, out);
  }

  #breakOff(kind: "truncated" | "malformed", message: string, out: UpstreamEvent[]): void {
    this.phase = "ended";
    out.push({ kind: "failed", failure: makeFailure(this.#head, kind, "", message) });
  }

  #fail(document: unknown, out: UpstreamEvent[]): void {
    // An error behind the finish reason changes nothing: the answer is whole.
    if (this.phase === "answered") return this.finish(out);
    this.phase = "ended";
    const failure = parseStreamFailure(this.#errorRules, this.#head, document);
    // What a filter cut off behind text of its own is an answer that ends there.
    if (failure.kind === "content-filtered" && this.#spoke)
      out.push({ kind: "finished", reason: FinishReason.CONTENT_FILTER });
    else out.push({ kind: "failed", failure });
  }

  #reason(): FinishReason {
    const reason = FINISH_REASONS.get(this.#finishReason) ?? FinishReason.STOP;
    if (reason !== FinishReason.STOP) return reason;
    if (this.#refused) return FinishReason.REFUSAL;
    // A forced call ends with `stop`.
    return this.#toolCalls.size > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
  }
}

/** The thought signature that Gemini attaches to a call. https://ai.google.dev/gemini-api/docs/thought-signatures */
function signatureOf(call: JsonObject): string {
  const extra = call["extra_content"];
  const google = isObject(extra) ? extra["google"] : undefined;
  return isObject(google) ? stringOf(google["thought_signature"]) : "";
}

/**
 * A whole completion has a message where a chunk has a delta. Who sends both means the delta in a chunk, where the
 * message repeats all that was said, and the message in a completion.
 */
function contentOf(chunk: JsonObject, choice: JsonObject): unknown {
  const { delta, message } = choice;
  const isWhole = chunk["object"] === "chat.completion" && isObject(message);
  return isWhole ? message : (delta ?? message);
}

/** The words of a model that came to its limit; beside them OpenRouter may still say `tool_calls`. */
const NATIVE_LIMITS: ReadonlySet<string> = new Set(["max_output_tokens", "max_tokens", "length", "model_length"]);

/** The word for the end in lower case; empty if there is none yet. OpenAI's first vision models gave `finish_details`. */
function reasonOf(choice: JsonObject): string {
  const details = choice["finish_details"];
  const reason = stringOf(choice["finish_reason"]) || (isObject(details) ? stringOf(details["type"]) : "");
  const native = stringOf(choice["native_finish_reason"]).toLowerCase();
  return reason !== "" && NATIVE_LIMITS.has(native) ? "length" : reason.toLowerCase();
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
