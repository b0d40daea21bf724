/** Answers `POST /v1/chat/completions`. */

import type { CallContext } from "../../call/call-context.ts";
import { CallRefused } from "../../call/refusal.ts";
import { createEventStream, type EventStream } from "../door/event-writer.ts";
import { type JsonBody, readJson } from "../door/read-json.ts";
import { writeJson } from "../door/write-json.ts";
import type { Exchange } from "../port/exchange.ts";
import { refusalBySignal, refusalOf } from "../refusal-of.ts";
import { makeStatus } from "../status.ts";
import { makeReportHeaders } from "./call-report.ts";
import { makeChatAnswer } from "./chat-answer.ts";
import { ChatChunks } from "./chat-chunks.ts";
import { makeErrorBody } from "./error-body.ts";
import { nameFields } from "./field-names.ts";
import type { ModelNames } from "./model-names.ts";
import type { OpenaiDoorOptions } from "./openai-door.ts";
import { type Chat, readChat } from "./read-chat.ts";

/** Reads and answers a chat. Throws what ended it before its first byte. */
export async function answerChat(
  exchange: Exchange,
  context: CallContext,
  options: OpenaiDoorOptions,
  names: ModelNames,
): Promise<void> {
  const held = options.memory.open();
  exchange.response.once("close", () => held.release());
  const body = await readJson(exchange, options.limits, held);
  const chat = readChat(body, (name) => names.kindOf(name, context), options.registry);
  const createdS = Math.floor(Date.now() / 1_000);
  try {
    if (!chat.streams) return await answerWhole(exchange, chat, context, options, createdS);
    const modelOf = (route: string): string => names.modelOf(route, context);
    const { includesUsage } = chat;
    const chunks = new ChatChunks({ requestId: context.requestId, createdS, includesUsage, modelOf });
    await streamAnswer(exchange, chat, context, options, chunks);
  } catch (error) {
    throw error instanceof CallRefused ? renameFields(error, body) : error;
  }
}

function renameFields(error: CallRefused, body: JsonBody): CallRefused {
  return new CallRefused(nameFields(error.refusal, body), { cause: error });
}

async function answerWhole(
  exchange: Exchange,
  { request }: Chat,
  context: CallContext,
  { services, limits }: OpenaiDoorOptions,
  createdS: number,
): Promise<void> {
  const response = await services.completion.complete(request, context);
  const { completed } = response;
  if (completed === undefined) throw endedEarly(context);
  const answer = {
    status: 200,
    body: makeChatAnswer(response, completed, createdS),
    headers: makeReportHeaders(completed),
  };
  await writeJson(exchange, answer, limits.clientStallTimeoutMs);
}

/**
 * Writes the events as they come. Nothing is written before the first content or heartbeat, so that a call which fails
 * until then has its HTTP status. A failure after that is an event of its own, without a finish reason or `[DONE]`.
 */
async function streamAnswer(
  exchange: Exchange,
  { request }: Chat,
  context: CallContext,
  { services, limits, log }: OpenaiDoorOptions,
  chunks: ChatChunks,
): Promise<void> {
  const stream = createEventStream(exchange, limits.clientStallTimeoutMs);
  try {
    for await (const event of services.completion.streamComplete(request, context)) {
      const events = chunks.write(event);
      if (events === "") continue;
      const written = stream.write(events);
      if (!(written === true || (await written))) return;
    }
    if (!chunks.completed) throw endedEarly(context);
    stream.end();
  } catch (error) {
    if (!stream.begun) throw error;
    await endWithError(stream, makeErrorBody(makeStatus(refusalOf(error, context, log)), context.requestId));
  }
}

async function endWithError(stream: EventStream, body: object): Promise<void> {
  if (await stream.write(`data: ${JSON.stringify(body)}\n\n`)) stream.end();
}

/** Why the events ended before the answer did: the server stops, or the client left. */
function endedEarly({ signal }: CallContext): Error {
  const refusal = refusalBySignal(signal);
  return refusal === undefined ? new Error("the events ended before the answer") : new CallRefused(refusal);
}
