/** Feeds a golden stream to a dialect's reader without a network. */

import { readFileSync } from "node:fs";
import type { UpstreamEvent } from "../../src/call/upstream.ts";
import { anthropicMessages } from "../../src/provider/dialect/anthropic-messages/index.ts";
import { openaiChat } from "../../src/provider/dialect/openai-chat/index.ts";
import { StreamedAnswer } from "../../src/provider/streamed-answer.ts";
import { type BodyEnding, ResponseBody } from "../../src/wire/response-body.ts";
import { claudeRoute, gptRoute } from "./route-settings.ts";

export const HEAD = {
  status: 200,
  upstreamRequestId: "req_1",
  retryAfterMs: undefined,
  limitResetMs: undefined,
} as const;

/** Bytes of `test/fixtures/NAME`. */
export function readFixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Whether a golden stream is of the Anthropic dialect. */
export function isMessages(name: string): boolean {
  return name.startsWith("anthropic/");
}

/** Everything that a stream says, without the signs of life. */
export async function readsStream(
  dialect: "anthropic-messages" | "openai-chat",
  chunks: readonly Buffer[],
  ending: BodyEnding = "end",
): Promise<UpstreamEvent[]> {
  const body = new ResponseBody({ paused: false, abort() {}, pause() {}, resume() {} }, () => {});
  for (const chunk of chunks) body.push(chunk);
  body.settle(ending);
  const reader =
    dialect === "anthropic-messages"
      ? anthropicMessages.createReader(HEAD, claudeRoute())
      : openaiChat.createReader(HEAD, gptRoute());
  const answer = new StreamedAnswer(body, HEAD, reader);
  const events: UpstreamEvent[] = [];
  while (await answer.advance()) events.push(...answer.events);
  return events.filter((event) => event.kind !== "alive");
}

/** What an answer came to. */
export interface Told {
  text: string;
  reasoning: string;
  opaque: string[];
  calls: { name: string; argumentsJson: string; id: string }[];
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  end: number | string | undefined;
}

/** Sums events up. `end` is the finish reason's number or the kind of the failure. */
export function sumUp(events: readonly UpstreamEvent[]): Told {
  const told: Told = {
    text: "",
    reasoning: "",
    opaque: [],
    calls: [],
    inputTokens: undefined,
    outputTokens: undefined,
    end: undefined,
  };
  for (const event of events) {
    if (event.kind === "text") told.text += event.text;
    if (event.kind === "reasoning") {
      told.reasoning += event.text;
      if (event.opaque !== undefined) told.opaque.push(event.opaque);
    }
    if (event.kind === "toolCall") {
      const { name, argumentsJson, id } = event.call;
      told.calls.push({ name, argumentsJson, id });
    }
    if (event.kind === "usage") {
      told.inputTokens = event.usage.inputTokens === undefined ? told.inputTokens : Number(event.usage.inputTokens);
      told.outputTokens = event.usage.outputTokens === undefined ? told.outputTokens : Number(event.usage.outputTokens);
    }
    if (event.kind === "finished") told.end = event.reason;
    if (event.kind === "failed") told.end = event.failure.kind;
  }
  return told;
}
