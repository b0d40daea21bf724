/** The two wire formats, as far as tests of the simulator look at them. */

/** One wire format. */
export interface WireFormat {
  readonly name: string;
  readonly path: string;
  /** What a request needs besides its model. */
  readonly request: object;
  readonly finish: string;
  readonly done: string;
  readonly ping: string;
}

const MESSAGES = [{ role: "user", content: "Tell me about the ferry." }];

export const OPENAI: WireFormat = {
  name: "openai-chat",
  path: "/v1/chat/completions",
  request: { messages: MESSAGES },
  finish: '"finish_reason":"stop"',
  done: "data: [DONE]\n\n",
  ping: ": keep-alive\n\n",
};

export const ANTHROPIC: WireFormat = {
  name: "anthropic-messages",
  path: "/v1/messages",
  request: { messages: MESSAGES, max_tokens: 4_096 },
  finish: '"stop_reason":"end_turn"',
  done: "event: message_stop\n",
  ping: "event: ping\n",
};

export const FORMATS: readonly WireFormat[] = [OPENAI, ANTHROPIC];

/** The pieces of text in a stream; events that are no JSON have none. */
export function textPieces(body: Buffer): string[] {
  const matches = body.toString().matchAll(/"(?:content|text)":("(?:[^"\\]|\\.)+")\}/gu);
  return [...matches].map((match) => String(JSON.parse(match[1]!)));
}
