/** Writes the events of a streamed answer as chunks of a chat completion. */

import type { Completed, StreamCompleteResponse } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { makeCallReport } from "../door/call-report.ts";
import type { AnswerWriter } from "../door/completion-endpoint.ts";
import type { Status } from "../status.ts";
import { makeUsage } from "./chat-usage.ts";
import { makeErrorBody } from "./error-body.ts";
import { nameFinishReason } from "./finish-reason.ts";
import { makeReasoningDetail } from "./reasoning-details.ts";
import { makeToolCall } from "./tool-call.ts";

/** What the client sees while nothing is said; readers of server-sent events pass over it. */
const KEEP_ALIVE = ": keep-alive\n\n";

const DONE = "data: [DONE]\n\n";

export interface ChatChunksOptions {
  readonly requestId: string;
  /** Time of the call in seconds since 1970. */
  readonly createdS: number;
  readonly includesUsage: boolean;
  /** The model of a route. */
  readonly modelOf: (route: string) => string;
}

/** The chunks of one answer. A switch shows in nothing but the model of the chunks behind it. */
export class ChatChunks implements AnswerWriter {
  readonly #options: ChatChunksOptions;
  /** What every chunk begins with while the same model serves. */
  #head = "";
  #begun = false;
  #toolCallCount = 0;
  #detailCount = 0;
  #thought = "";
  #completed = false;

  constructor(options: ChatChunksOptions) {
    this.#options = options;
  }

  get completed(): boolean {
    return this.#completed;
  }

  write({ event }: StreamCompleteResponse): string {
    switch (event.case) {
      case "started":
        this.#serveBy(this.#options.modelOf(event.value.route));
        return "";
      case "routeSwitched":
        // What an attempt thought that was left is signed by nobody.
        this.#thought = "";
        this.#serveBy(this.#options.modelOf(event.value.to));
        return "";
      case "textDelta":
        return this.#delta(`{"content":${JSON.stringify(event.value.text)}}`);
      case "reasoningDelta":
        return this.#think(event.value.text, event.value.opaque ?? "");
      case "toolCall": {
        const index = this.#toolCallCount++;
        return this.#delta(JSON.stringify({ tool_calls: [{ index, ...makeToolCall(event.value) }] }));
      }
      case "heartbeat":
        return KEEP_ALIVE;
      case "completed":
        return this.#end(event.value);
      case undefined:
        return "";
    }
  }

  /** What was thought since the last signature belongs to it. */
  #think(text: string, opaque: string): string {
    const said = text === "" ? "" : this.#delta(`{"reasoning_content":${JSON.stringify(text)}}`);
    this.#thought += text;
    if (opaque === "") return said;
    const detail = makeReasoningDetail(this.#thought, opaque, this.#detailCount++);
    this.#thought = "";
    return said + this.#delta(JSON.stringify({ reasoning_details: [detail] }));
  }

  /** Without a finish reason or `[DONE]`: clients take these for success. */
  writeError(status: Status): string {
    return `data: ${JSON.stringify(makeErrorBody(status, this.#options.requestId))}\n\n`;
  }

  #serveBy(model: string): void {
    const { requestId, createdS } = this.#options;
    const id = JSON.stringify(`chatcmpl-${requestId}`);
    const fields = `"id":${id},"object":"chat.completion.chunk","created":${createdS},"model":${JSON.stringify(model)}`;
    this.#head = `data: {${fields}`;
  }

  #delta(delta: string): string {
    const chunk = `${this.#head},"choices":[{"index":0,"delta":${delta},"finish_reason":null}]}\n\n`;
    return this.#begin() + chunk;
  }

  /** The first chunk says who speaks. */
  #begin(): string {
    if (this.#begun) return "";
    this.#begun = true;
    return this.#delta('{"role":"assistant","content":""}');
  }

  #end(completed: Completed): string {
    const { requestId, includesUsage } = this.#options;
    const beginning = this.#begin();
    this.#completed = true;
    const choice = `{"index":0,"delta":{},"finish_reason":"${nameFinishReason(completed.finishReason)}"}`;
    const report = `"understudy":${JSON.stringify(makeCallReport(requestId, completed))}`;
    const finish = `${this.#head},"choices":[${choice}]`;
    if (!includesUsage) return `${beginning}${finish},${report}}\n\n${DONE}`;
    const usage = `"usage":${JSON.stringify(makeUsage(completed.usage))}`;
    return `${beginning}${finish}}\n\n${this.#head},"choices":[],${usage},${report}}\n\n${DONE}`;
  }
}
