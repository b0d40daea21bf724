/** Prints the summary of a document while a model behind an Understudy gateway writes it. */

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { durationMs } from "@bufbuild/protobuf/wkt";
import { type Client, type ServiceError, status } from "@grpc/grpc-js";

import {
  type Completed,
  CompletionService,
  type RouteSwitched,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReasonSchema, Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { SwitchModeSchema, SwitchReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "./enum-word.ts";
import { isServiceError } from "./is-service-error.ts";
import { startStream } from "./start-stream.ts";
import { readStatusDetails } from "./status-details.ts";

const INSTRUCTION = "Summarise the text in one paragraph.";

/** How often one answer is gone on with: whoever loses more connections has another problem. */
const MAX_RESUMES = 3;

/** Wait before the first resume, in milliseconds; each further one waits twice as long. */
const RESUME_DELAY_MS = 250;

export interface SummariseOptions {
  readonly client: Client;
  readonly workload: string;
  readonly document: string;
  /** When the summary must be there, resumed parts included. */
  readonly deadline: Date;
  /** Cancels the call, and with it the work of the upstream. */
  readonly signal: AbortSignal;
}

/** What has arrived of one answer, over all the streams that carried it. */
interface Answer {
  text: string;
  /** A gateway took the call on, so gRPC no longer retries it by itself. */
  started: boolean;
}

/**
 * Prints a summary to stdout and notices to stderr. Where a connection breaks it goes on from the text that was
 * delivered, so nothing is printed twice. Rejects with the call's `ServiceError`.
 */
export async function summarise(options: SummariseOptions): Promise<void> {
  const answer: Answer = { text: "", started: false };
  try {
    for (let resumes = 0; ; resumes += 1) {
      try {
        return await streamAnswer(options, answer);
      } catch (error) {
        if (resumes === MAX_RESUMES || !isServiceError(error) || !canResume(error, answer)) throw error;
        notice(`the answer broke off after ${Buffer.byteLength(answer.text)} bytes; resuming`);
        await sleep(Math.max(retryDelayMs(error), RESUME_DELAY_MS * 2 ** resumes), undefined, {
          signal: options.signal,
        });
      }
    }
  } finally {
    if (answer.text !== "") process.stdout.write("\n");
  }
}

/** Makes one call and prints its text as it comes. Resolves only if the answer is complete. */
async function streamAnswer({ client, workload, document, deadline, signal }: SummariseOptions, answer: Answer) {
  const request = {
    workload,
    messages: [
      { role: Role.SYSTEM, text: INSTRUCTION },
      { role: Role.USER, text: document },
    ],
    ...(answer.text !== "" && { resume: { deliveredText: answer.text } }),
  };
  const call = startStream(client, CompletionService.method.streamComplete, request, { deadline });
  const cancel = (): void => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const { event } of call) {
      // Kinds of events that this program does not know, now or later, are passed over.
      if (event.case === "started") answer.started = true;
      else if (event.case === "textDelta") {
        answer.text += event.value.text;
        process.stdout.write(event.value.text);
      } else if (event.case === "routeSwitched") noticeSwitch(event.value);
      else if (event.case === "completed") return finish(event.value, answer.text);
    }
    throw new Error("the stream ended without `completed`");
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

function canResume(error: ServiceError, { started }: Answer): boolean {
  const { info, report } = readStatusDetails(error);
  // Without ErrorInfo the gateway did not say UNAVAILABLE: the connection broke.
  if (error.code === status.UNAVAILABLE) return started && info === undefined;
  return error.code === status.ABORTED && report?.resumable === true;
}

/** How long the gateway asks to wait; 0 if it does not say. */
function retryDelayMs(error: ServiceError): number {
  const delay = readStatusDetails(error).retry?.retryDelay;
  return delay === undefined ? 0 : durationMs(delay);
}

function noticeSwitch({ from, to, reason, mode, atUtf8Byte }: RouteSwitched): void {
  const [left, tookOver] = [enumWord(SwitchReasonSchema, reason), enumWord(SwitchModeSchema, mode)];
  notice(`${from} ${left}: ${to} ${tookOver} at byte ${atUtf8Byte}`);
}

/** Checks that what was printed is what the gateway counted, over switches and resumed connections. */
function finish({ servedBy, finishReason, textSha256 }: Completed, text: string): void {
  const printed = createHash("sha256").update(text).digest("hex");
  if (printed !== textSha256)
    throw new Error(`the text is not what was sent: sha256 ${printed} instead of ${textSha256}`);
  const routes = servedBy.map(({ route }) => route).join(", ");
  notice(`served by ${routes}; finish reason ${enumWord(FinishReasonSchema, finishReason)}; sha256 ${textSha256}`);
}

function notice(text: string): void {
  process.stderr.write(`\n[${text}]\n`);
}
