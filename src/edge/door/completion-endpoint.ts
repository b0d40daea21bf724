/** Answers POST with a completion: in one document, or in events as they come. */

import type {
  Completed,
  CompleteRequest,
  CompleteResponse,
  StreamCompleteResponse,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { JsonObject } from "../../call/json-object.ts";
import { CallRefused } from "../../call/refusal.ts";
import { refusalOf } from "../refusal-of.ts";
import { makeStatus, type Status } from "../status.ts";
import { makeReportHeaders } from "./call-report.ts";
import type { DoorCall, Endpoint } from "./endpoint.ts";
import { createEventStreamWriter } from "./event-stream-writer.ts";
import { readJson } from "./read-json.ts";
import { renameFields } from "./rename-fields.ts";
import { writeJson } from "./write-json.ts";

/** What ended them is known by the signal: the server stopped, or the client left. */
const ENDED_EARLY = "the events ended before the answer";

/** Writes the events of one answer as a door's clients know them. */
export interface AnswerWriter {
  /** Whether the answer came to its end. */
  readonly completed: boolean;
  /** The server-sent events of one event; empty if there is nothing to send. */
  write(event: StreamCompleteResponse): string;
  /** The server-sent events that tell of a failure, after which nothing follows. */
  writeError(status: Status): string;
}

/** What a client asked for, and the form of its answer. */
export type Asked =
  | { readonly kind: "whole"; readonly request: CompleteRequest; readonly makeAnswer: MakeAnswer }
  | { readonly kind: "streamed"; readonly request: CompleteRequest; readonly writer: AnswerWriter };

/** Makes the document of a whole answer. */
export type MakeAnswer = (response: CompleteResponse, completed: Completed) => object;

/** What is a door's own about completions. */
export interface CompletionForm {
  /** Reads a body. Throws `CallRefused` with the fields by their names in the body. */
  read(body: JsonObject, call: DoorCall): Asked;
  /** The name in `body` of a field of the API: `messages[0].content` for `messages[0].text`. */
  nameField(path: string, body: JsonObject): string;
}

/** Creates the endpoint. */
export function createCompletionEndpoint(path: string, name: string, form: CompletionForm): Endpoint {
  return {
    method: "POST",
    name,
    path,
    async answer(call) {
      const body = await readJson(call);
      const asked = form.read(body, call);
      try {
        await (asked.kind === "whole" ? answerWhole(call, asked) : answerStreamed(call, asked));
      } catch (error) {
        if (!(error instanceof CallRefused)) throw error;
        const refusal = renameFields(error.refusal, (field) => form.nameField(field, body));
        throw new CallRefused(refusal, { cause: error });
      }
    },
  };
}

async function answerWhole(call: DoorCall, { request, makeAnswer }: Asked & { kind: "whole" }): Promise<void> {
  const { exchange, context } = call;
  const { services, limits } = exchange.generation;
  const response = await services.completion.complete(request, context);
  const { completed } = response;
  if (completed === undefined) throw new Error(ENDED_EARLY);
  const answer = { status: 200, body: makeAnswer(response, completed), headers: makeReportHeaders(completed) };
  await writeJson(exchange, answer, limits.clientStallTimeoutMs);
}

/**
 * Writes the events as they come. Nothing is written before the first content or heartbeat, so that a call which fails
 * until then has its HTTP status. A failure after that is an event of its own, and the last.
 */
async function answerStreamed(call: DoorCall, { request, writer }: Asked & { kind: "streamed" }): Promise<void> {
  const { exchange, context } = call;
  const { services, limits } = exchange.generation;
  const stream = createEventStreamWriter(exchange, limits.clientStallTimeoutMs);
  try {
    for await (const event of services.completion.streamComplete(request, context)) {
      const events = writer.write(event);
      if (events === "") continue;
      const written = stream.write(events);
      if (!(written === true || (await written))) return;
    }
    if (!writer.completed) throw new Error(ENDED_EARLY);
    stream.end();
  } catch (error) {
    if (!stream.begun) throw error;
    if (await stream.write(writer.writeError(makeStatus(refusalOf(error, context))))) stream.end();
  }
}
