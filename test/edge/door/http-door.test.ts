import { createServer } from "node:http";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";

import {
  CompleteRequestSchema,
  CompleteResponseSchema,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { joinObservers } from "../../../src/call/call-observer.ts";
import { makeInvalidRequest } from "../../../src/call/invalid-request.ts";
import { CallRefused } from "../../../src/call/refusal.ts";
import { CALL_QUEUE_LIMITS, createAdmissionQueue } from "../../../src/edge/admission/admission-queue.ts";
import { createCallGate } from "../../../src/edge/admission/call-gate.ts";
import { createRequestMemory } from "../../../src/edge/admission/request-memory.ts";
import { createUnfinishedRequests } from "../../../src/edge/admission/unfinished-requests.ts";
import { type CompletionForm, createCompletionEndpoint } from "../../../src/edge/door/completion-endpoint.ts";
import { createDocumentEndpoint } from "../../../src/edge/door/document-endpoint.ts";
import type { Door } from "../../../src/edge/door/door.ts";
import { createHttpDoor, type DoorForm } from "../../../src/edge/door/http-door.ts";
import { answerText } from "../../../src/edge/port/answer-text.ts";
import { createReception } from "../../../src/edge/reception.ts";
import type { CompletionHandlers } from "../../../src/service/services.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { makeEdgeGeneration } from "../start-edge.ts";

/** The form of an API that has nothing in common with OpenAI's. */
const PINGS: CompletionForm = {
  read(body) {
    const request = create(CompleteRequestSchema, { workload: "summaries" });
    if (body["stream"] !== true) return { kind: "whole", request, makeAnswer: ({ requestId }) => ({ requestId }) };
    let completed = false;
    const writer = {
      get completed() {
        return completed;
      },
      write({ event }: StreamCompleteResponse) {
        completed = event.case === "completed";
        return event.case === "started" ? "" : `event: ${event.case === "heartbeat" ? "ping" : event.case}\n\n`;
      },
      writeError: ({ reasonName }: { reasonName: string }) => `event: error\ndata: ${reasonName}\n\n`,
    };
    return { kind: "streamed", request, writer };
  },
  nameField: (path) => `their_${path}`,
};

const FORM: DoorForm = {
  name: "pings",
  endpoints: [
    createCompletionEndpoint("/v1/messages", "messages", PINGS),
    createDocumentEndpoint("/v1/models", "models", () => ({ list: [] })),
    createDocumentEndpoint("/v1/models/", "models", (_call, rest) => ({ rest })),
  ],
  requestIdHeaders: ["request-id"],
  makeErrorBody: ({ reasonName, message, violations }) => ({
    type: "error",
    reasonName,
    message,
    field: violations[0]?.field,
  }),
};

/** Answers what no door answers. */
const teapot: Door = {
  exposedHeaders: [],
  find: () => ({
    kind: "open",
    watches: false,
    answer: (exchange) => answerText(exchange, 418, "short and stout"),
    refuse: (exchange, { message }) => answerText(exchange, 503, message),
  }),
};

/** Serves a door of these functions until the end of the test. */
async function serve(completion: Partial<CompletionHandlers> = {}): Promise<{ url: string; door: Door }> {
  const generation = makeEdgeGeneration({ complete: refuses, streamComplete: streams(), ...completion });
  const unfinished = createUnfinishedRequests();
  const log = createLog("silent", { write: () => {} });
  const door = createHttpDoor(FORM, { unfinished, log, end: new AbortController().signal });
  const receive = createReception({
    doors: [door, teapot],
    calls: createAdmissionQueue(CALL_QUEUE_LIMITS),
    gate: createCallGate(unfinished, () => false),
    memory: createRequestMemory(() => generation.limits.maxBufferedBytes, unfinished),
    observer: joinObservers([], () => {}),
    onAdmitted: () => {},
  });
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    receive({ requestId: "call-1", request, response, connection: request.socket, path, generation });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, door };
}

const refused = new CallRefused(makeInvalidRequest([{ field: "top_p", description: "is wrong" }]));

function refuses(): Promise<never> {
  return Promise.reject(refused);
}

type EventInit = NonNullable<MessageInitShape<typeof StreamCompleteResponseSchema>["event"]>;

const started: EventInit = { case: "started", value: {} };
const said: EventInit = { case: "textDelta", value: { text: "Once" } };

/** A stream of these events; an error is thrown. */
function streams(...events: (EventInit | Error)[]): CompletionHandlers["streamComplete"] {
  return async function* () {
    for (const each of events) {
      if (each instanceof Error) throw each;
      yield create(StreamCompleteResponseSchema, { event: each });
    }
  };
}

async function answersAtOnce() {
  return create(CompleteResponseSchema, { requestId: "call-1", completed: {} });
}

function post(url: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(body) });
}

test("a whole answer has the door's own form and headers", async () => {
  const response = await post((await serve({ complete: answersAtOnce })).url, {});
  expect(response.status).toBe(200);
  expect(response.headers.get("request-id")).toBe("call-1");
  expect(response.headers.get("x-understudy-attempts")).toBe("0");
  expect(await response.json()).toEqual({ requestId: "call-1" });
});

test("a stream has the door's own events", async () => {
  const streamComplete = streams(started, { case: "heartbeat", value: {} }, said, { case: "completed", value: {} });
  const response = await post((await serve({ streamComplete })).url, { stream: true });
  expect(await response.text()).toBe("event: ping\n\nevent: textDelta\n\nevent: completed\n\n");
});

test("a failure before the first byte is an error in the door's form, with the fields by their names there", async () => {
  const { url } = await serve({ streamComplete: streams(started, refused) });
  for (const stream of [true, false]) {
    const response = await post(url, { stream });
    expect(response.status).toBe(400);
    expect(response.headers.get("request-id")).toBe("call-1");
    expect(await response.json()).toEqual({
      type: "error",
      reasonName: "INVALID_REQUEST",
      message: "the request is not valid: their_top_p is wrong",
      field: "their_top_p",
    });
  }
});

test.each([
  ["fails", [new CallRefused({ reason: ErrorReason.ANSWER_INTERRUPTED, message: "broke off" })], "ANSWER_INTERRUPTED"],
  ["ends before it is complete", [], "INTERNAL"],
])("a stream that %s has the door's own event of an error as its last", async (_, ends, reason) => {
  const { url } = await serve({ streamComplete: streams(started, said, ...ends) });
  const response = await post(url, { stream: true });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(`event: textDelta\n\nevent: error\ndata: ${reason}\n\n`);
});

test.each([
  ["GET", "/v1/messages", 405, { message: "/v1/messages takes POST" }],
  ["POST", "/v1/models", 405, { message: "/v1/models takes GET" }],
  ["GET", "/v1/models", 200, { list: [] }],
  ["GET", "/v1/models/a%2Fb", 200, { rest: "a/b" }],
  ["GET", "/v1/models/a/b", 200, { rest: "a/b" }],
])("%s %s has status %i", async (method, path, status, body) => {
  const response = await fetch(`${(await serve()).url}${path}`, { method });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject(body);
});

test("another path is for another door", async () => {
  const { url } = await serve();
  expect((await fetch(`${url}/v1/modelsandmore`)).status).toBe(418);
});

test("pages may read every header that a door can set", async () => {
  const { door } = await serve();
  expect(door.exposedHeaders).toEqual(
    expect.arrayContaining(["request-id", "retry-after", "retry-after-ms", "x-should-retry", "x-understudy-route"]),
  );
});
