/** Writes an answer as the events of the Messages API, or as one message. */

import { type Answer, type AnswerPart, answerTokens, type Finish, partText } from "../../answer/composed-answer.ts";
import type { BodyPart, SendStep } from "../../script/script.ts";
import type { Reply, Stamp } from "../simulated-dialect.ts";
import { messageId } from "./ids.ts";

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: "end_turn",
  "stop-sequence": "stop_sequence",
  length: "max_tokens",
  "tool-calls": "tool_use",
  "content-filter": "refusal",
};

export const PING = 'event: ping\ndata: {"type":"ping"}\n\n';

/** The answer as events. */
export function* streamAnswer(reply: Reply): Iterable<SendStep> {
  const started = { ...messageHead(reply.stamp), content: [], ...notStopped(), usage: startUsage(reply) };
  yield send("opening", "message_start", { message: started });
  for (const [index, part] of reply.answer.parts.entries()) yield* blockSteps(index, part);
  const usage = { input_tokens: reply.ask.inputTokens, ...outputUsage(reply.answer) };
  yield send("terminal", "message_delta", { delta: stopped(reply.answer), usage });
  yield send("done", "message_stop", {});
}

function* blockSteps(index: number, part: AnswerPart): Iterable<SendStep> {
  yield send("opening", "content_block_start", { index, content_block: emptyBlock(part) });
  if (index === 0) yield { kind: "send", bytes: PING, part: "opening" };
  for (const piece of part.pieces) yield delta("content", index, deltaOf(part, piece));
  if (part.kind === "reasoning") {
    yield delta("closing", index, { type: "signature_delta", signature: signatureOf(part) });
  }
  yield send("closing", "content_block_stop", { index });
}

/** An event with a piece of text. */
export function textEvent(_stamp: Stamp, text: string): string {
  return eventOf("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
}

/** The answer as one JSON body. */
export function wholeAnswer(reply: Reply): object {
  const usage = { ...startUsage(reply), ...outputUsage(reply.answer) };
  return {
    ...messageHead(reply.stamp),
    content: reply.answer.parts.map(wholeBlock),
    ...stopped(reply.answer),
    usage,
  };
}

function emptyBlock(part: AnswerPart): object {
  switch (part.kind) {
    case "reasoning":
      return { type: "thinking", thinking: "", signature: "" };
    case "text":
      return { type: "text", text: "" };
    case "toolCall":
      return { type: "tool_use", id: part.id, name: part.name, input: {}, caller: { type: "direct" } };
    default:
      return part satisfies never;
  }
}

function deltaOf(part: AnswerPart, piece: string): object {
  switch (part.kind) {
    case "reasoning":
      return { type: "thinking_delta", thinking: piece };
    case "text":
      return { type: "text_delta", text: piece };
    case "toolCall":
      return { type: "input_json_delta", partial_json: piece };
    default:
      return part satisfies never;
  }
}

function wholeBlock(part: AnswerPart): object {
  switch (part.kind) {
    case "reasoning":
      return { type: "thinking", thinking: partText(part), signature: signatureOf(part) };
    case "text":
      return { type: "text", text: partText(part), citations: null };
    case "toolCall":
      return { ...emptyBlock(part), input: parseWhole(partText(part)) };
    default:
      return part satisfies never;
  }
}

/** Arguments that the token limit cut are no JSON; the vendor then gives what it has, here nothing. */
function parseWhole(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function signatureOf(part: AnswerPart): string {
  return Buffer.from(`simulator:${partText(part).length}`).toString("base64");
}

function messageHead(stamp: Stamp): object {
  return { id: messageId(stamp), type: "message", role: "assistant", model: stamp.model, container: null };
}

function notStopped(): object {
  return { stop_reason: null, stop_sequence: null, stop_details: null };
}

function stopped(answer: Answer): object {
  const refused = { type: "refusal", category: "general_harms", explanation: "The simulator refuses this request." };
  return {
    container: null,
    stop_reason: STOP_REASONS[answer.finish],
    stop_sequence: answer.stopSequence ?? null,
    stop_details: answer.finish === "content-filter" ? refused : null,
  };
}

function startUsage({ ask }: Reply): object {
  return {
    input_tokens: ask.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: "not_available",
  };
}

function outputUsage(answer: Answer): object {
  const thinkingTokens = answerTokens(answer, "reasoning");
  return {
    output_tokens: answerTokens(answer),
    output_tokens_details: thinkingTokens === 0 ? null : { thinking_tokens: thinkingTokens },
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    server_tool_use: null,
  };
}

function delta(part: BodyPart, index: number, change: object): SendStep {
  return send(part, "content_block_delta", { index, delta: change });
}

function send(part: BodyPart, type: string, body: object): SendStep {
  return { kind: "send", bytes: eventOf(type, body), part };
}

function eventOf(type: string, body: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
}
