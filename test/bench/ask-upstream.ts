/**
 * The least that a caller of an upstream, or of the OpenAI door, needs: undici's dispatch, an event parser, and the
 * place of the text in an event.
 */

import { createParser } from "eventsource-parser";
import { Agent, type Dispatcher } from "undici";

import type { DialectName } from "./canned-answer.ts";

const PATHS: Readonly<Record<DialectName, string>> = {
  "openai-chat": "/v1/chat/completions",
  "anthropic-messages": "/v1/messages",
};

/** Creates the connections of a caller. */
export function createAgent(): Agent {
  return new Agent({ allowH2: false, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
}

export interface AskOptions {
  readonly agent: Agent;
  readonly baseUrl: string;
  readonly dialect: DialectName;
  /** A shape at the upstream, a workload at the door. */
  readonly model: string;
  /** Closes the connection when it is aborted. */
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  /** Called after the last text; with a fault if the answer was no success or broke off. */
  readonly onEnd: (fault: Error | undefined) => void;
}

/** Asks an upstream, and gives each text as it comes. */
export function askUpstream({ agent, baseUrl, dialect, model, signal, onText, onEnd }: AskOptions): void {
  agent.dispatch(
    {
      origin: baseUrl,
      path: PATHS[dialect],
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Go on." }] }),
    },
    createResponseReader(dialect, signal, onText, onEnd),
  );
}

function createResponseReader(
  dialect: DialectName,
  signal: AbortSignal,
  onText: AskOptions["onText"],
  onEnd: AskOptions["onEnd"],
): Dispatcher.DispatchHandler {
  const textOf = dialect === "openai-chat" ? textOfChunk : textOfEvent;
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      const text = textOf(data);
      if (text !== undefined && text !== "") onText(text);
    },
  });
  return {
    onRequestStart(controller) {
      const abort = (): void => controller.abort(new Error("the caller went away"));
      signal.addEventListener("abort", abort, { once: true });
    },
    onResponseStart(controller, status) {
      if (status !== 200) controller.abort(new Error(`the upstream answered ${status}`));
    },
    onResponseData: (_controller, chunk) => parser.feed(decoder.decode(chunk, { stream: true })),
    onResponseEnd: () => onEnd(undefined),
    onResponseError: (_controller, error) => onEnd(error),
  };
}

function textOfChunk(data: string): string | undefined {
  if (data === "[DONE]") return undefined;
  const chunk: { choices: { delta: { content?: string } }[] } = JSON.parse(data);
  return chunk.choices[0]?.delta.content;
}

function textOfEvent(data: string): string | undefined {
  const event: { type: string; delta?: { text?: string } } = JSON.parse(data);
  return event.type === "content_block_delta" ? event.delta?.text : undefined;
}
