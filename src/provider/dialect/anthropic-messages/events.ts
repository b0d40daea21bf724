/** Reads the answers of Messages: streamed events, or one whole message. */

import { FinishReason } from "../../../../gen/ts/understudy/v1/conversation_pb.ts";
import { isObject, type JsonObject, parseJson } from "../../../call/json-object.ts";
import type { UpstreamEvent } from "../../../call/upstream.ts";
import { sealOpaque } from "../../opaque.ts";
import type { RouteSettings } from "../../settings.ts";
import { type AnswerHead, makeFailure } from "../answer-head.ts";
import type { AnswerReader } from "../dialect.ts";
import { listOf, stringOf } from "../json-values.ts";
import { parseStreamFailure } from "../parse-failure.ts";
import { ToolCalls } from "../tool-calls.ts";
import { UsageTally } from "./usage.ts";

/**
 * The words for an end. Any other word, as `pause_turn`, says that the answer is not whole. A map, because an object
 * knows `constructor` too.
 */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", FinishReason.STOP],
  ["stop_sequence", FinishReason.STOP],
  ["max_tokens", FinishReason.LENGTH],
  ["model_context_window_exceeded", FinishReason.LENGTH],
  ["tool_use", FinishReason.TOOL_CALLS],
  ["refusal", FinishReason.REFUSAL],
]);

/** As much of a word of the vendor's as an error tells. */
const MAX_WORD = 40;

/** Most blocks that are open at once; models write one after the other. What would be one more is passed over. */
const MAX_OPEN_BLOCKS = 1_000;

/** Reads one answer. https://platform.claude.com/docs/en/build-with-claude/streaming */
export class MessagesReader implements AnswerReader {
  phase: "open" | "answered" | "ended" = "open";
  readonly #head: AnswerHead;
  readonly #settings: RouteSettings;
  readonly #usage = new UsageTally();
  readonly #toolCalls = new ToolCalls();
  /** Input of tool calls that came with the start of their block, by the block's number. */
  readonly #givenInput = new Map<number, string>();
  readonly #openBlocks = new Set<number>();
  #signature = "";
  #spoke = false;
  #messageId = "";
  #stopReason = "";

  constructor(head: AnswerHead, settings: RouteSettings) {
    this.#head = head;
    this.#settings = settings;
  }

  readEvent(data: string, _name: string | undefined, out: UpstreamEvent[]): boolean {
    // Some compatible servers end with the mark of the other dialect.
    if (data === "[DONE]") return true;
    const event = parseJson(data);
    if (event === undefined) return false;
    if (!isObject(event)) return true;
    switch (event["type"]) {
      case "content_block_delta":
        this.#readDelta(event, out);
        break;
      case "message_start":
        this.#start(event["message"], out);
        break;
      case "content_block_start":
        this.#startBlock(indexOf(event), event["content_block"], out);
        break;
      case "content_block_stop":
        this.#stopBlock(indexOf(event), out);
        break;
      case "message_delta":
        this.#readMessageDelta(event, out);
        break;
      case "message_stop":
        this.#stop(out);
        break;
      case "error":
        this.#fail(event, out);
        break;
      default:
        if (isObject(event["error"])) this.#fail(event, out);
    }
    return true;
  }

  readWhole(text: string, out: UpstreamEvent[]): boolean {
    const message = parseJson(text);
    if (!isObject(message)) return false;
    if (message["type"] === "error" || isObject(message["error"])) {
      this.#fail(message, out);
      return true;
    }
    if (message["type"] !== "message" || typeof message["stop_reason"] !== "string") return false;
    this.#start(message, out);
    let index = 0;
    for (const block of listOf(message["content"])) {
      this.#startBlock(index, block, out);
      this.#stopBlock(index, out);
      index += 1;
    }
    this.#readMessageDelta({ delta: { stop_reason: message["stop_reason"] }, usage: message["usage"] }, out);
    return true;
  }

  finish(out: UpstreamEvent[]): void {
    if (this.phase !== "answered") return;
    this.phase = "ended";
    const reason = FINISH_REASONS.get(this.#stopReason) ?? FinishReason.STOP;
    const atStopSequence = this.#stopReason === "stop_sequence";
    out.push({ kind: "finished", reason, ...(atStopSequence && { atStopSequence }) });
  }

  #start(message: unknown, out: UpstreamEvent[]): void {
    if (!isObject(message)) return;
    this.#messageId = stringOf(message["id"]);
    const model = stringOf(message["model"]);
    if (model !== "") out.push({ kind: "model", model });
    if (isObject(message["usage"])) this.#addUsage(message["usage"], false, out);
  }

  #startBlock(index: number, block: unknown, out: UpstreamEvent[]): void {
    if (!isObject(block) || this.#openBlocks.size >= MAX_OPEN_BLOCKS) return;
    this.#openBlocks.add(index);
    switch (block["type"]) {
      case "text":
        this.#say(stringOf(block["text"]), out);
        break;
      case "thinking":
        out.push({ kind: "reasoningBegan" });
        this.#signature = stringOf(block["signature"]);
        think(stringOf(block["thinking"]), out);
        break;
      case "redacted_thinking":
        this.#endReasoning("encrypted", stringOf(block["data"]), out);
        break;
      case "tool_use":
        this.#toolCalls.grow(index, stringOf(block["id"]), stringOf(block["name"]), "", out);
        if (isObject(block["input"]) && !this.#toolCalls.tooMany)
          this.#givenInput.set(index, JSON.stringify(block["input"]));
        break;
      default:
        break;
    }
  }

  #say(text: string, out: UpstreamEvent[]): void {
    if (text === "") return;
    this.#spoke = true;
    out.push({ kind: "text", text });
  }

  #readDelta(event: JsonObject, out: UpstreamEvent[]): void {
    const delta = event["delta"];
    if (!isObject(delta)) return;
    switch (delta["type"]) {
      case "text_delta":
        this.#say(stringOf(delta["text"]), out);
        break;
      case "thinking_delta":
        think(stringOf(delta["thinking"]), out);
        break;
      case "signature_delta":
        this.#signature += stringOf(delta["signature"]);
        break;
      case "input_json_delta":
        this.#growCall(indexOf(event), stringOf(delta["partial_json"]), out);
        break;
      default:
        break;
    }
  }

  #growCall(index: number, partialJson: string, out: UpstreamEvent[]): void {
    // Blocks of tools that the upstream runs itself have deltas of this kind too.
    if (partialJson === "" || !this.#givenInput.has(index)) return;
    this.#givenInput.set(index, "");
    this.#toolCalls.grow(index, "", "", partialJson, out);
  }

  #stopBlock(index: number, out: UpstreamEvent[]): void {
    this.#openBlocks.delete(index);
    const given = this.#givenInput.get(index);
    if (given !== undefined && given !== "" && given !== "{}") this.#toolCalls.grow(index, "", "", given, out);
    if (this.#signature !== "") this.#endReasoning("signature", this.#signature, out);
    this.#signature = "";
  }

  #endReasoning(form: "signature" | "encrypted", value: string, out: UpstreamEvent[]): void {
    if (value === "") return;
    out.push({ kind: "reasoning", text: "", opaque: sealOpaque(this.#settings.opaqueOwner, form, value) });
  }

  #readMessageDelta(event: JsonObject, out: UpstreamEvent[]): void {
    if (isObject(event["usage"])) this.#addUsage(event["usage"], true, out);
    const delta = event["delta"];
    if (!isObject(delta)) return;
    const stopReason = stringOf(delta["stop_reason"]);
    if (stopReason === "") return;
    this.#stopReason = stopReason;
    if (this.#openBlocks.size === 0) this.#answer(out);
  }

  #addUsage(usage: JsonObject, outputIsTotal: boolean, out: UpstreamEvent[]): void {
    this.#usage.add(usage, outputIsTotal);
    out.push({ kind: "usage", usage: this.#usage.total() });
  }

  /** The end of the message is the end of an answer only if a reason for it came before. */
  #stop(out: UpstreamEvent[]): void {
    if (this.#stopReason !== "") return this.#answer(out);
    if (this.phase === "open") this.#breakOff("truncated", "stopped the message without a reason", out);
  }

  // open -> ended: the stop reason came and all blocks are closed, or the message stopped.
  #answer(out: UpstreamEvent[]): void {
    if (this.phase !== "open") return;
    if (!FINISH_REASONS.has(this.#stopReason)) {
      const message = `stopped with the reason ${this.#stopReason.slice(0, MAX_WORD)}`;
      return this.#breakOff("truncated", message, out);
    }
    const cutShort = FINISH_REASONS.get(this.#stopReason) === FinishReason.LENGTH || this.#stopReason === "refusal";
    const broken = this.#toolCalls.deliver(this.#messageId || "call", cutShort, out);
    if (broken === undefined) {
      this.phase = "answered";
      this.finish(out);
      return;
    }
    this.#breakOff("malformed", `sent ${broken}`, out);
  }

  #breakOff(kind: "truncated" | "malformed", message: string, out: UpstreamEvent[]): void {
    this.phase = "ended";
    out.push({ kind: "failed", failure: makeFailure(this.#head, kind, "", message) });
  }

  #fail(document: JsonObject, out: UpstreamEvent[]): void {
    this.phase = "ended";
    const failure = parseStreamFailure(this.#settings.vendorDialect.errors, this.#head, document);
    // What a filter cut off behind text of its own is an answer that ends there.
    if (failure.kind === "content-filtered" && this.#spoke)
      out.push({ kind: "finished", reason: FinishReason.CONTENT_FILTER });
    else out.push({ kind: "failed", failure });
  }
}

function think(text: string, out: UpstreamEvent[]): void {
  if (text !== "") out.push({ kind: "reasoning", text });
}

function indexOf(event: JsonObject): number {
  const index = event["index"];
  return typeof index === "number" ? index : 0;
}
