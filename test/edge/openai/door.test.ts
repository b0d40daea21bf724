import { connect as connectTcp } from "node:net";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";

import {
  CompleteResponseSchema,
  type StreamCompleteResponse,
  StreamCompleteResponseSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { CostSource, ErrorReason, UsageSource } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../../../src/call/call-context.ts";
import { CallRefused } from "../../../src/call/refusal.ts";
import { runCurl } from "../run-curl.ts";
import { aborted, fails, makeText, startEdge } from "../start-edge.ts";

const ASK = { model: "summaries", messages: [{ role: "user", content: "Hello, my secret" }] };

type EventInit = NonNullable<MessageInitShape<typeof StreamCompleteResponseSchema>["event"]>;

const completed = {
  finishReason: FinishReason.STOP,
  servedBy: [
    { route: "a/one", model: "one" },
    { route: "b/two", model: "two-2026" },
  ],
  usage: { source: UsageSource.REPORTED, inputTokens: 3n, outputTokens: 5n, cacheReadTokens: 2n, reasoningTokens: 1n },
  cost: { source: CostSource.REPORTED, microUsd: 1_234n },
  attempts: [{ number: 1 }, { number: 2 }],
};

const switched: EventInit = { case: "routeSwitched", value: { from: "a/one", to: "b/two" } };

const refused = new CallRefused({ reason: ErrorReason.ANSWER_INTERRUPTED, message: "the answer broke off" });

function event(init: EventInit): StreamCompleteResponse {
  return create(StreamCompleteResponseSchema, { event: init });
}

/** A stream of these events behind `started`; an error is thrown. */
function streams(...events: (EventInit | Error)[]) {
  return async function* () {
    yield event({ case: "started", value: { route: "a/one" } });
    for (const each of events) {
      if (each instanceof Error) throw each;
      yield event(each);
    }
  };
}

const JSON_TYPE = ["-H", "content-type: application/json"];

function post(url: string, body: object | string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The texts behind `data: `, parsed unless they are `[DONE]`. */
async function readEvents(response: Response): Promise<unknown[]> {
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("data: "))
    .map(parseEvent);
}

function parseEvent(block: string): unknown {
  const text = block.slice("data: ".length);
  return text === "[DONE]" ? text : JSON.parse(text);
}

function chunk(model: string, delta: object, finish_reason: string | null = null): unknown {
  return expect.objectContaining({
    object: "chat.completion.chunk",
    model,
    choices: [{ index: 0, delta, finish_reason }],
  });
}

function toolCallDelta(index: number, id: string, args: string): object {
  return { tool_calls: [{ index, id, type: "function", function: { name: "look", arguments: args } }] };
}

test("a switched stream has one role, the model of each chunk, one finish, and the report beside the usage", async () => {
  const streamComplete = streams(
    { case: "textDelta", value: { text: 'Once "upon' } },
    switched,
    { case: "textDelta", value: { text: " a time." } },
    { case: "toolCall", value: { id: "c1", name: "look", argumentsJson: '{"a":1}' } },
    { case: "toolCall", value: { id: "c2", name: "look", argumentsJson: "{}" } },
    { case: "completed", value: { ...completed, switches: [switched.value], finishReason: FinishReason.TOOL_CALLS } },
  );
  const { url } = await startEdge({ streamComplete });
  const response = await post(url, { ...ASK, stream: true, stream_options: { include_usage: true } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("x-understudy-request-id")).toBe(response.headers.get("x-request-id"));
  const events = await readEvents(response);
  expect(events).toEqual([
    chunk("one", { role: "assistant", content: "" }),
    chunk("one", { content: 'Once "upon' }),
    chunk("two", { content: " a time." }),
    chunk("two", toolCallDelta(0, "c1", '{"a":1}')),
    chunk("two", toolCallDelta(1, "c2", "{}")),
    chunk("two", {}, "tool_calls"),
    expect.objectContaining({
      choices: [],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 5,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
      understudy: expect.objectContaining({
        route: "b/two",
        model: "two-2026",
        attempt_count: 2,
        cost_micro_usd: 1_234,
        switches: [{ from: "a/one", to: "b/two" }],
      }),
    }),
    "[DONE]",
  ]);
});

test("without include_usage the report is in the chunk that finishes", async () => {
  const { url } = await startEdge({ streamComplete: streams({ case: "completed", value: completed }) });
  const events = await readEvents(await post(url, { ...ASK, stream: true }));
  expect(events).toHaveLength(3);
  expect(events[1]).toMatchObject({ choices: [{ finish_reason: "stop" }], understudy: { attempt_count: 2 } });
  expect(events[1]).not.toHaveProperty("usage");
});

test.each([
  ["the call fails", refused, "answer_interrupted", "ANSWER_INTERRUPTED"],
  ["the gateway has a fault", new Error("my secret"), "internal", "INTERNAL"],
])(
  "a stream that has begun ends with an error event when %s, and with nothing else",
  async (_, error, code, reason) => {
    const { url } = await startEdge({ streamComplete: streams({ case: "textDelta", value: { text: "Once" } }, error) });
    const response = await post(url, { ...ASK, stream: true });
    const events = await readEvents(response);
    expect(events).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ error: { type: "server_error", code, understudy: { reason } } });
    expect(JSON.stringify(events)).not.toMatch(/secret|"finish_reason":"/);
  },
);

test("a heartbeat is a comment, and begins the response", async () => {
  const { url } = await startEdge({ streamComplete: streams({ case: "heartbeat", value: {} }, refused) });
  const response = await post(url, { ...ASK, stream: true });
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(/^: keep-alive\n\ndata: \{"error":\{.*\n\n$/);
});

test.each<[ErrorReason, number, string, string | null]>([
  [ErrorReason.INVALID_REQUEST, 400, "invalid_request", null],
  [ErrorReason.CONTEXT_TOO_LONG, 400, "context_length_exceeded", null],
  [ErrorReason.CONTENT_FILTERED, 400, "content_filter", null],
  [ErrorReason.UNSUPPORTED, 400, "unsupported", null],
  [ErrorReason.CALLER_UNKNOWN, 401, "invalid_api_key", null],
  [ErrorReason.NOT_ALLOWED, 403, "not_allowed", null],
  [ErrorReason.WORKLOAD_NOT_FOUND, 404, "model_not_found", null],
  [ErrorReason.COOLING_DOWN, 429, "rate_limit_exceeded", null],
  [ErrorReason.AT_CAPACITY, 429, "at_capacity", null],
  [ErrorReason.ROUTE_MISCONFIGURED, 500, "route_misconfigured", "false"],
  [ErrorReason.OVERLOADED, 503, "overloaded", "true"],
  [ErrorReason.ALL_ROUTES_FAILED, 503, "all_routes_failed", "false"],
  [ErrorReason.DEADLINE_EXCEEDED, 504, "deadline_exceeded", "false"],
])("reason %i before any text has status %i, code %s and its advice", async (reason, status, code, shouldRetry) => {
  const error = new CallRefused({ reason, message: "why", retryAfterMs: 2_300 });
  const complete = (): Promise<never> => Promise.reject(error);
  const { url } = await startEdge({ complete, streamComplete: fails(error) });
  for (const stream of [true, false]) {
    const response = await post(url, { ...ASK, stream });
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe("3");
    expect(response.headers.get("retry-after-ms")).toBe("2300");
    expect(response.headers.get("x-should-retry")).toBe(shouldRetry);
    expect(await response.json()).toMatchObject({ error: { message: "why", code } });
  }
});

test("an answer in one piece tells the call in its headers as well", async () => {
  const parts = [
    { kind: { case: "reasoning" as const, value: { text: "Hm" } } },
    { kind: { case: "text" as const, value: "Once" } },
  ];
  const { url } = await startEdge({
    complete: async (_request, { requestId }) => create(CompleteResponseSchema, { requestId, parts, completed }),
  });
  const response = await post(url, ASK);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-understudy-route": "b/two",
    "x-understudy-model": "two-2026",
    "x-understudy-attempts": "2",
    "x-understudy-cost-micro-usd": "1234",
  });
  expect(await response.json()).toMatchObject({
    object: "chat.completion",
    model: "two-2026",
    choices: [{ message: { role: "assistant", content: "Once", reasoning_content: "Hm" }, finish_reason: "stop" }],
    usage: { total_tokens: 8 },
    understudy: { route: "b/two", ledger: { finish_reason: "FINISH_REASON_STOP" } },
  });
});

test("a cost and tokens that are not known are null, and no header", async () => {
  const bare = { finishReason: FinishReason.STOP, servedBy: [{ route: "a", model: "mo\u00e9l\n" }] };
  const { url } = await startEdge({
    complete: async () => create(CompleteResponseSchema, { completed: bare }),
  });
  const response = await post(url, ASK);
  expect(response.headers.has("x-understudy-cost-micro-usd")).toBe(false);
  expect(response.headers.has("x-understudy-model")).toBe(false);
  expect(await response.json()).toMatchObject({ usage: null, understudy: { cost_micro_usd: null } });
});

test.each([
  ["no body", "", /has no body/],
  ["broken JSON", '{"model": my secret', /not valid JSON/],
  ["a list", "[]", /not a JSON object/],
])("%s is refused without repeating it", async (_, body, message) => {
  const { url } = await startEdge();
  const response = await post(url, body);
  expect(response.status).toBe(400);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    error: { type: "invalid_request_error", message: expect.stringMatching(message) },
  });
  expect(text).not.toContain("secret");
});

test("a body over the limit is refused, announced or not", async () => {
  const { url } = await startEdge({ limits: { maxRequestBytes: 1_000 } });
  const body = JSON.stringify({ ...ASK, user: "x".repeat(2_000) });
  expect((await post(url, body)).status).toBe(413);
  const chunked = await runCurl([`${url}/v1/chat/completions`, ...JSON_TYPE, "-H", "transfer-encoding: chunked"], body);
  expect(chunked.status).toBe(413);
});

test("a request that needs more memory than there is for all is too large", async () => {
  const { url } = await startEdge({ limits: { maxBufferedBytes: 10 } });
  const response = await post(url, ASK);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("max_buffered_bytes") } });
});

test.each(["0", "-1", "1.5", "+5", "007", "soon", "99999999999"])(
  "a deadline of %s is refused by the header's name",
  async (value) => {
    const { url } = await startEdge();
    const response = await post(url, ASK, { "x-understudy-timeout-ms": value });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "x-understudy-timeout-ms" } });
  },
);

test("a deadline and the caller reach the service", async () => {
  const contexts: CallContext[] = [];
  const { url } = await startEdge({
    callers: [{ name: "app", apiKey: "k", scope: undefined, maxConcurrency: undefined }],
    complete: async (_request, context) => {
      contexts.push(context);
      return create(CompleteResponseSchema, { completed });
    },
  });
  const headers = { authorization: "Bearer k", "x-understudy-timeout-ms": "1500" };
  expect((await post(url, ASK, headers)).status).toBe(200);
  expect(contexts).toEqual([expect.objectContaining({ timeoutMs: 1_500, caller: { name: "app", scope: undefined } })]);
});

test("a key that nobody has is refused, and so are both lists", async () => {
  const callers = [{ name: "app", apiKey: "k", scope: undefined, maxConcurrency: undefined }];
  const { url } = await startEdge({ callers });
  expect((await post(url, ASK)).status).toBe(401);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  const list = await fetch(`${url}/v1/models`, { headers: { authorization: "Bearer k" } });
  expect(list.status).toBe(200);
});

test.each([
  ["GET", "/v1/chat/completions", "POST"],
  ["POST", "/v1/models", "GET"],
])("%s %s is told to be %s", async (method, path, allowed) => {
  const { url } = await startEdge();
  const response = await fetch(url + path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(allowed);
});

test("models are listed and found, also under an encoded name", async () => {
  const { url } = await startEdge();
  const list = await fetch(`${url}/v1/models`);
  expect(await list.json()).toMatchObject({ object: "list", data: [{ id: "summaries", object: "model" }] });
  expect((await fetch(`${url}/v1/models/summ%61ries`)).status).toBe(200);
  expect((await fetch(`${url}/v1/models/%zz`)).status).toBe(404);
});

test("another path is for another door", async () => {
  const { url } = await startEdge();
  expect((await fetch(`${url}/v1/embeddings`, { method: "POST" })).status).toBe(404);
});

test.each(["--http1.1", "--http2-prior-knowledge"])("streams over every version (%s)", async (version) => {
  const streamComplete = streams(
    { case: "textDelta", value: { text: "Once" } },
    { case: "completed", value: completed },
  );
  const { url } = await startEdge({ streamComplete });
  const { status, body } = await runCurl(
    [`${url}/v1/chat/completions`, version, ...JSON_TYPE],
    JSON.stringify({ ...ASK, stream: true }),
  );
  expect(status).toBe(200);
  expect(body).toMatch(/"content":"Once"[^]*data: \[DONE\]\n\n$/);
});

/** A stream that says a word, then waits until its signal is aborted. */
function saysOnceAndWaits() {
  const state = { ended: false };
  const streamComplete = async function* (_request: unknown, { signal }: CallContext) {
    yield makeText(1n, "Once");
    await aborted(signal);
    state.ended = true;
  };
  return { state, streamComplete };
}

test("a client that leaves ends its call", async () => {
  const { state, streamComplete } = saysOnceAndWaits();
  const { url, edge } = await startEdge({ streamComplete });
  const stop = new AbortController();
  const body = JSON.stringify({ ...ASK, stream: true });
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body, signal: stop.signal });
  expect(edge.callCount).toBe(1);
  stop.abort();
  await expect.poll(() => state.ended).toBe(true);
  expect(edge.callCount).toBe(0);
});

test("a server that stops says so inside the stream", async () => {
  const { streamComplete } = saysOnceAndWaits();
  const { url, edge } = await startEdge({ streamComplete });
  const response = await post(url, { ...ASK, stream: true });
  const draining = edge.drain({ lameDuckMs: 0, drainTimeoutMs: 50 });
  const events = await readEvents(response);
  expect(events.at(-1)).toMatchObject({ error: { code: "draining" } });
  await draining;
});

test("a client that never reads is cut off after the stall timeout", async () => {
  const state = { ended: false };
  const { port, edge } = await startEdge({
    limits: { clientStallTimeoutMs: 200 },
    async *streamComplete() {
      try {
        for (let sequence = 1n; ; sequence += 1n) yield makeText(sequence, "a".repeat(100_000));
      } finally {
        state.ended = true;
      }
    },
  });
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  socket.pause();
  const body = JSON.stringify({ ...ASK, stream: true });
  const header = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\n${header}\r\n\r\n${body}`);
  await expect.poll(() => state.ended, { timeout: 10_000 }).toBe(true);
  await expect.poll(() => edge.callCount).toBe(0);
});

test("a fault of the gateway is in the log without a word of the request", async () => {
  const { url, log } = await startEdge({ complete: () => Promise.reject(new Error("Hello, my secret")) });
  const response = await post(url, ASK);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
  expect(log()).toContain("call failed by a fault");
  expect(log()).not.toContain("secret");
});
