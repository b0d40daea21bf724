/** Streams an answer, and goes on with it where a connection breaks. */

import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

import {
  type Completed,
  CompletionService,
  type RouteSwitched,
} from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { type Failure, readFailure } from "./read-failure.ts";
import { sleep } from "./sleep.ts";

/** Longest time for an answer, resumed parts included, in milliseconds. */
const MAX_ANSWER_MS = 120_000;

/** How often one answer is gone on with: whoever loses more connections has another problem. */
const MAX_RESUMES = 3;

/** Wait before the first resume, in milliseconds; each further one waits twice as long. */
const RESUME_DELAY_MS = 250;

export interface Question {
  /** URL of the gateway. */
  readonly server: string;
  readonly workload: string;
  readonly prompt: string;
}

/** Is told what happens, in its order. */
export interface Listener {
  /** A route was asked. */
  started(route: string): void;
  /** More text: it follows what was there. */
  text(text: string): void;
  switched(event: RouteSwitched): void;
  /** Nothing happened for a while, and the connection is alive. */
  heartbeat(): void;
  /** The answer broke off, and will be gone on with after `delayMs` milliseconds. */
  interrupted(delayMs: number): void;
}

/** What has arrived of one answer, over all the streams that carried it. */
interface Progress {
  text: string;
  started: boolean;
  readonly deadlineMs: number;
}

/** Resolves only if the answer is complete. Rejects with what `readFailure` reads. */
export async function streamAnswer(question: Question, listener: Listener, signal: AbortSignal): Promise<Completed> {
  const progress: Progress = { text: "", started: false, deadlineMs: performance.now() + MAX_ANSWER_MS };
  for (let resumes = 0; ; resumes += 1) {
    try {
      return await streamOnce(question, progress, listener, signal);
    } catch (error) {
      const failure = readFailure(error);
      if (resumes === MAX_RESUMES || !canResume(failure, progress)) throw error;
      const delayMs = Math.max(failure.retryDelayMs, RESUME_DELAY_MS * 2 ** resumes);
      listener.interrupted(delayMs);
      await sleep(delayMs, signal);
    }
  }
}

/** Whether a further call may go on. One that never started is not repeated: the gateway may refuse this page. */
function canResume({ kind, report }: Failure, { started }: Progress): boolean {
  return (kind === "lost" && started) || (kind === "told" && report?.resumable === true);
}

async function streamOnce(
  { server, workload, prompt }: Question,
  progress: Progress,
  listener: Listener,
  signal: AbortSignal,
): Promise<Completed> {
  const client = createClient(CompletionService, createConnectTransport({ baseUrl: server, useBinaryFormat: true }));
  const request = {
    workload,
    messages: [{ role: Role.USER, text: prompt }],
    ...(progress.text !== "" && { resume: { deliveredText: progress.text } }),
  };
  // Leaving the loop early does not end the call: the signal does, and with it the work of the upstream.
  const call = new AbortController();
  const options = {
    signal: AbortSignal.any([signal, call.signal]),
    timeoutMs: Math.max(1, Math.ceil(progress.deadlineMs - performance.now())), // fractions are refused
  };
  try {
    for await (const { event } of client.streamComplete(request, options)) {
      switch (event.case) {
        case "started":
          progress.started = true;
          listener.started(event.value.route);
          break;
        case "textDelta":
          progress.text += event.value.text;
          listener.text(event.value.text);
          break;
        case "routeSwitched":
          listener.switched(event.value);
          break;
        case "heartbeat":
          listener.heartbeat();
          break;
        case "completed":
          return event.value;
        default: // a kind of event that this page does not know, now or later
      }
    }
    throw new Error("the stream ended without `completed`");
  } finally {
    call.abort();
  }
}
