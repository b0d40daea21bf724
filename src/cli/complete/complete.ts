/** `understudy complete`: asks a server for an answer, shows it and checks that it is whole. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";
import type {
  CompleteRequestSchema,
  CompleteResponse,
  StreamCompleteResponse,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Server } from "../client/connect-server.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createAnswerCheck } from "./answer-check.ts";
import { type AnswerView, createAnswerJsonView, createAnswerTextView } from "./answer-view.ts";
import { readPrompt } from "./read-prompt.ts";

/** Options of `understudy complete` that are part of the request. */
interface RequestOptions {
  readonly workload?: string | undefined;
  readonly system?: string | undefined;
  readonly primary?: string | undefined;
  readonly backups?: readonly string[] | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
}

export interface CompleteOptions extends RequestOptions {
  /** Longest time of the call, in milliseconds. Default: the server's. */
  readonly deadline?: number | undefined;
  /** Whether events are shown as JSON. Default false. */
  readonly json?: boolean | undefined;
  /** Whether the answer is asked for in one piece. Default false. */
  readonly unary?: boolean | undefined;
}

/**
 * Completes a prompt. `argument` is the prompt; `-`, or undefined where something is piped in, means standard input.
 * Fails with `AnswerDamaged` if the answer is not the one that the server delivered.
 */
export async function complete(
  server: Server,
  argument: string | undefined,
  options: CompleteOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const request = makeCompleteRequest(options, await readPrompt(argument, terminal.input, signal));
  const call: CallOptions = { signal, ...(options.deadline === undefined ? {} : { timeoutMs: options.deadline }) };
  const view = options.json ? createAnswerJsonView(terminal.out) : createAnswerTextView(terminal, performance.now());
  try {
    if (options.unary) await takeWhole(await server.completion.complete(request, call), view);
    else await takeStream(server.completion.streamComplete(request, call), view);
  } finally {
    await view.end();
  }
}

/** Builds the request. What no option names is left to the server. */
function makeCompleteRequest(options: RequestOptions, prompt: string): MessageInitShape<typeof CompleteRequestSchema> {
  const { workload, system, primary, backups, maxOutputTokens, temperature } = options;
  return {
    ...(workload === undefined ? {} : { workload }),
    ...(primary === undefined && backups === undefined
      ? {}
      : { routing: { ...(primary === undefined ? {} : { primary }), backups: [...(backups ?? [])] } }),
    messages: [
      ...(system === undefined ? [] : [{ role: Role.SYSTEM, text: system }]),
      { role: Role.USER, text: prompt },
    ],
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

async function takeWhole(response: CompleteResponse, view: AnswerView): Promise<void> {
  const check = createAnswerCheck();
  for (const { kind } of response.parts) if (kind.case === "text") check.add(kind.value);
  await view.showWhole(response);
  check.verify(response.completed);
}

async function takeStream(events: AsyncIterable<StreamCompleteResponse>, view: AnswerView): Promise<void> {
  const check = createAnswerCheck();
  let last: StreamCompleteResponse | undefined;
  for await (const event of events) {
    last = event;
    if (event.event.case === "textDelta") check.add(event.event.value.text);
    await view.showEvent(event);
  }
  check.verify(last?.event.case === "completed" ? last.event.value : undefined);
}
