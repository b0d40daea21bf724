/** Answers in the vendors' wire formats, made once and sent many times. */

import { type AnswerShape, deltasOf } from "./answer-shape.ts";

export const DIALECTS = ["openai-chat", "anthropic-messages"] as const;

export type DialectName = (typeof DIALECTS)[number];

/** The writes of one answer. */
export interface CannedAnswer {
  /** What comes with the response headers: the beginning and the first delta. */
  readonly head: Buffer;
  readonly deltas: readonly Buffer[];
  /** The end of the answer. */
  readonly tail: Buffer;
}

/** About as long as tokens are. */
const WORDS = ["The ", "under", "study ", "knows ", "every ", "line ", "of ", "the play, "];

/** The text of an answer, to check that all of it came. */
export function cannedText(shape: AnswerShape): string {
  return Array.from({ length: deltasOf(shape) }, (_, index) => word(index)).join("");
}

/** Makes the writes of an answer. */
export function makeCannedAnswer(dialect: DialectName, shape: AnswerShape): CannedAnswer {
  const { begin, delta, end } = dialect === "openai-chat" ? openaiChat : anthropicMessages;
  const texts = Array.from({ length: deltasOf(shape) }, (_, index) => delta(word(index)));
  const head = [begin, texts[0] ?? ""].join("");
  return { head: Buffer.from(head), deltas: texts.slice(1).map((text) => Buffer.from(text)), tail: Buffer.from(end) };
}

function word(index: number): string {
  return WORDS[index % WORDS.length] ?? "";
}

interface WireFormat {
  readonly begin: string;
  readonly delta: (text: string) => string;
  readonly end: string;
}

function chunk(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...chunkHead, choices, usage: null })}\n\n`;
}

const chunkHead = {
  id: "chatcmpl-BkT9d2bqYwzYx3rJvN1oQe5sLm0aH",
  object: "chat.completion.chunk",
  created: 1_764_000_000,
  model: "gpt-5.5",
  service_tier: "default",
  system_fingerprint: "fp_a7c4f2e19b",
};

const chunkUsage = { prompt_tokens: 12, completion_tokens: 200, total_tokens: 212 };

const openaiChat: WireFormat = {
  begin: chunk({ role: "assistant", content: "", refusal: null }, null),
  delta: (text) => chunk({ content: text }, null),
  end: `${chunk({}, "stop")}data: ${JSON.stringify({ ...chunkHead, choices: [], usage: chunkUsage })}\n\ndata: [DONE]\n\n`,
};

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const message = {
  id: "msg_01XFDUDYJgAACzvnptvVoYEL",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 12, output_tokens: 1 },
};

const anthropicMessages: WireFormat = {
  begin:
    event("message_start", { message }) +
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
    event("ping", {}),
  delta: (text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  end:
    event("content_block_stop", { index: 0 }) +
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 200 },
    }) +
    event("message_stop", {}),
};
