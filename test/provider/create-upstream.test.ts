import { createServer as createTcpServer } from "node:net";
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamEvent, UpstreamRequest } from "../../src/call/upstream.ts";
import { createStaticKey } from "../../src/provider/auth/static-key.ts";
import { createUpstream, type OpenUpstream } from "../../src/provider/create-upstream.ts";
import type { RouteSettings } from "../../src/provider/settings.ts";
import { readFixture, readsStream, sumUp } from "./read-answer.ts";
import { claudeRoute, gptRoute, resolves } from "./route-settings.ts";
import { servesUpstream, streams } from "./serve-upstream.ts";
import { asks } from "./upstream-request.ts";

const NEVER = new AbortController().signal;

/** Opens the way to a route, with a key. */
function opens(settings: RouteSettings): OpenUpstream {
  return createUpstream(settings, createStaticKey(settings.vendorDialect.auth, "key"));
}

async function calls(
  settings: RouteSettings,
  signal = NEVER,
  request: UpstreamRequest = asks(),
): Promise<UpstreamEvent[]> {
  const { upstream, close } = opens(settings);
  const events: UpstreamEvent[] = [];
  for await (const event of upstream(request, signal)) events.push(event);
  await close();
  return events;
}

function failureOf(events: readonly UpstreamEvent[]): Extract<UpstreamEvent, { kind: "failed" }>["failure"] {
  const last = events.at(-1);
  if (last?.kind !== "failed") throw new Error(`the call ended with ${last?.kind}`);
  return last.failure;
}

test("opens, tells and finishes an answer", async () => {
  await using served = await servesUpstream(streams(readFixture("anthropic/text.sse")));
  const events = await calls(claudeRoute({}, served.endpoint));
  expect(events[0]).toEqual({ kind: "opened", status: 200, upstreamRequestId: "req_1" });
  expect(sumUp(events)).toMatchObject({ text: 'Grüße, 世界 🎭\n"quoted"', end: FinishReason.STOP });
});

test("sends keys, version and no encodings, and follows no redirect", async () => {
  const seen: (string | string[] | undefined)[] = [];
  await using served = await servesUpstream((request, response) => {
    const { headers } = request;
    seen.push(request.url, headers["x-api-key"], headers["anthropic-version"], headers["accept-encoding"]);
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  const events = await calls(claudeRoute({}, served.endpoint));
  expect(seen).toEqual(["/v1/messages", "key", "2023-06-01", "identity"]);
  expect(failureOf(events)).toMatchObject({ kind: "not-found", status: 307, message: "answered 307" });
});

test("a configured header replaces the one with the key", async () => {
  const seen: unknown[] = [];
  await using served = await servesUpstream((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(503).end();
  });
  const { endpoint } = served;
  await calls(resolves({ platform: Platform.OPENAI, endpoint, apiKey: "k", headers: { Authorization: "Basic x" } }));
  expect(seen).toEqual(["Basic x"]);
});

test("uses a connection again when the answer came to its end", async () => {
  await using served = await servesUpstream(streams(readFixture("openai/text.sse")));
  const { upstream, close } = opens(gptRoute({}, served.endpoint));
  for (let call = 0; call < 3; call += 1) {
    const abort = new AbortController();
    for await (const event of upstream(asks(), abort.signal)) if (event.kind === "finished") abort.abort();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await served.openConnections()).toBe(1);
  await close();
});

test("says how long a rate limited upstream wants to be left alone", async () => {
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(429, { "retry-after": "7", "request-id": "req_9", "content-type": "application/json" });
    response.end('{"type":"error","error":{"type":"rate_limit_error","message":"secret prompt"}}');
  });
  const failure = failureOf(await calls(claudeRoute({}, served.endpoint)));
  expect(failure).toEqual({
    kind: "rate-limited",
    status: 429,
    code: "rate_limit_error",
    upstreamRequestId: "req_9",
    retryAfterMs: 7_000,
    message: "answered 429 (rate_limit_error)",
  });
});

test("gives up an error body that never ends after 3 s", async () => {
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(503).write("{");
  });
  const startedAtMs = performance.now();
  expect(failureOf(await calls(gptRoute({}, served.endpoint))).kind).toBe("server-error");
  expect(performance.now() - startedAtMs).toBeLessThan(4_000);
});

test("accepts a whole completion from a server that does not stream", async () => {
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(
      JSON.stringify({
        id: "c1",
        model: "gpt-4.1",
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: "Hello",
              tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
            },
            finish_reason: "tool_calls",
          },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 2 },
      }),
    );
  });
  const told = sumUp(await calls(gptRoute({}, served.endpoint)));
  expect(told).toMatchObject({ text: "Hello", outputTokens: 2, end: FinishReason.TOOL_CALLS });
  expect(told.calls).toEqual([{ id: "a", name: "f", argumentsJson: "{}" }]);
});

test("accepts a whole message from a server that does not stream", async () => {
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        id: "m",
        type: "message",
        model: "claude-sonnet-5",
        content: [
          { type: "thinking", thinking: "Hm.", signature: "sig" },
          { type: "text", text: "Hello" },
        ],
        stop_reason: "end_turn",
        usage: { input_tokens: 3, output_tokens: 2 },
      }),
    );
  });
  const told = sumUp(await calls(claudeRoute({}, served.endpoint)));
  expect(told).toMatchObject({ text: "Hello", reasoning: "Hm.", outputTokens: 2, end: FinishReason.STOP });
  expect(told.opaque).toEqual(["u1:anthropic-messages:claude-sonnet-5:signature:sig"]);
});

test.each([
  ["a page", { "content-type": "text/html" }, "<html>Hello</html>", "malformed"],
  ["plain text", { "content-type": "text/plain" }, "Hello", "malformed"],
  ["JSON that is no answer", { "content-type": "application/json" }, '{"ok":true}', "malformed"],
  ["broken JSON", { "content-type": "application/json" }, '{"choices":[', "malformed"],
  [
    "an error in JSON",
    { "content-type": "application/json" },
    '{"error":{"code":"insufficient_quota"}}',
    "quota-exhausted",
  ],
  [
    "an encoding that nobody knows",
    { "content-type": "text/event-stream", "content-encoding": "compress" },
    "x",
    "malformed",
  ],
  [
    "what is said to be compressed, and is not,",
    { "content-type": "text/event-stream", "content-encoding": "gzip" },
    "data: {}",
    "malformed",
  ],
  ["nothing", { "content-type": "text/event-stream" }, "", "truncated"],
])("takes %s with a success status for a failure", async (_what, headers, body, kind) => {
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, headers).end(body);
  });
  expect(failureOf(await calls(gptRoute({}, served.endpoint))).kind).toBe(kind);
});

test.each<[string, (data: Buffer) => Buffer]>([
  ["gzip", gzipSync],
  ["X-Gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
])("reads an answer that comes compressed by %s all the same", async (encoding, compress) => {
  const stream = readFixture("openai/length.sse");
  await using served = await servesUpstream((_request, response) => {
    response
      .writeHead(200, { "content-type": "text/event-stream", "content-encoding": encoding })
      .end(compress(stream));
  });
  const plain = await readsStream("openai-chat", [stream]);
  const events = await calls(gptRoute({}, served.endpoint));
  expect(sumUp(events)).toEqual(sumUp(plain));
});

test("reads a compressed answer piece by piece, as it comes", async () => {
  const gate = Promise.withResolvers<void>();
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    const packed = createGzip();
    packed.pipe(response);
    packed.write('data: {"choices":[{"delta":{"content":"Once"}}]}\n\n');
    packed.flush();
    const rest = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
    void gate.promise.then(() => packed.end(rest));
  });
  const kinds: string[] = [];
  const { upstream, close } = opens(gptRoute({}, served.endpoint));
  for await (const event of upstream(asks(), NEVER)) {
    kinds.push(event.kind);
    if (event.kind === "text") gate.resolve();
  }
  await close();
  expect(kinds.filter((kind) => kind !== "alive")).toEqual(["opened", "text", "answered", "finished"]);
});

test("reads a compressed refusal", async () => {
  await using served = await servesUpstream((_request, response) => {
    const body = gzipSync('{"error":{"code":"insufficient_quota","message":"No credit."}}');
    response.writeHead(429, { "content-type": "application/json", "content-encoding": "gzip" }).end(body);
  });
  expect(failureOf(await calls(gptRoute({}, served.endpoint))).kind).toBe("quota-exhausted");
});

test("tells a cut in a compressed answer from one that cannot be unpacked", async () => {
  const packed = gzipSync(readFixture("openai/text.sse"));
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    response.write(packed.subarray(0, packed.length / 2), () => response.destroy());
  });
  expect(failureOf(await calls(gptRoute({}, served.endpoint))).kind).toBe("cut");
});

test("tells a cut connection from an early end", async () => {
  const stream = readFixture("openai/text.sse").subarray(0, 600);
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(stream, () => response.destroy());
  });
  expect(failureOf(await calls(gptRoute({}, served.endpoint))).kind).toBe("cut");
});

test("finishes without usage when the connection breaks behind the finish reason", async () => {
  const stream = readFixture("openai/length.sse");
  const end = stream.indexOf('"usage":{');
  await using served = await servesUpstream((_request, response) => {
    const lines = stream.subarray(0, stream.lastIndexOf("\n\n", end) + 2);
    response.writeHead(200, { "content-type": "text/event-stream" }).write(lines, () => response.destroy());
  });
  const events = await calls(gptRoute({}, served.endpoint));
  expect(sumUp(events)).toMatchObject({ text: "Once upon", outputTokens: undefined, end: FinishReason.LENGTH });
});

test("waits half a second for usage behind the finish reason, whatever pings", async () => {
  const stream = readFixture("openai/length.sse");
  const lines = stream.subarray(0, stream.lastIndexOf("\n\n", stream.indexOf('"usage":{')) + 2);
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(lines);
    const pings = setInterval(() => response.write(": ping\n\n"), 100);
    response.on("close", () => clearInterval(pings));
  });
  const startedAtMs = performance.now();
  const events = await calls(gptRoute({}, served.endpoint));
  expect(sumUp(events).end).toBe(FinishReason.LENGTH);
  const tookMs = performance.now() - startedAtMs;
  expect(tookMs).toBeGreaterThan(450);
});

test("closes the connection within 100 ms when it is aborted before the response", async () => {
  const closed = Promise.withResolvers<number>();
  const abort = new AbortController();
  let abortedAtMs = 0;
  await using served = await servesUpstream((request) => {
    request.socket.on("close", () => closed.resolve(performance.now()));
    abortedAtMs = performance.now();
    abort.abort();
  });
  expect(await calls(gptRoute({}, served.endpoint), abort.signal)).toEqual([]);
  expect((await closed.promise) - abortedAtMs).toBeLessThan(100);
});

test("closes the connection within 100 ms when it is aborted in the middle of the answer", async () => {
  const closed = Promise.withResolvers<number>();
  await using served = await servesUpstream((request, response) => {
    request.socket.on("close", () => closed.resolve(performance.now()));
    response
      .writeHead(200, { "content-type": "text/event-stream" })
      .write(readFixture("openai/text.sse").subarray(0, 800));
  });
  const route = opens(gptRoute({}, served.endpoint));
  const abort = new AbortController();
  let abortedAtMs = 0;
  let last: UpstreamEvent | undefined;
  for await (const event of route.upstream(asks(), abort.signal)) {
    last = event;
    if (event.kind !== "text") continue;
    abortedAtMs = performance.now();
    abort.abort();
  }
  expect(last?.kind).toBe("text");
  expect((await closed.promise) - abortedAtMs).toBeLessThan(100);
  await route.close();
});

test("ends 100 MB without a newline with bounded memory", async () => {
  const megabyte = Buffer.alloc(1024 * 1024, "x");
  let sent = 0;
  await using served = await servesUpstream((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: ");
    const send = (): void => {
      while (sent < 100 && !response.destroyed) {
        sent += 1;
        if (!response.write(megabyte)) return void response.once("drain", send);
      }
    };
    send();
  });
  const heapBytes = process.memoryUsage().heapUsed;
  expect(failureOf(await calls(gptRoute({}, served.endpoint)))).toMatchObject({ kind: "malformed" });
  expect(process.memoryUsage().heapUsed - heapBytes).toBeLessThan(30 * 1024 * 1024);
  expect(sent).toBeLessThan(20);
});

test("says that nobody listens", async () => {
  const settings = gptRoute({}, "http://127.0.0.1:9");
  expect(failureOf(await calls(settings))).toMatchObject({ kind: "unreachable", status: undefined });
});

test("says that the answer is no HTTP", async () => {
  const server = createTcpServer((socket) =>
    socket
      .on("error", () => {})
      .resume()
      .end("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  expect(failureOf(await calls(gptRoute({}, `http://127.0.0.1:${port}`))).kind).toBe("malformed");
  await new Promise((resolve) => server.close(resolve));
});

test("says that no connection came in time", async () => {
  // A full handshake never happens: the server takes the connection and says nothing of TLS.
  const sockets = new Set<import("node:net").Socket>();
  const server = createTcpServer((socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const events = await calls(gptRoute({}, `https://127.0.0.1:${port}`), NEVER, asks({}, { connectTimeoutMs: 50 }));
  expect(failureOf(events)).toMatchObject({ kind: "connect-timeout", message: "did not connect within 50 ms" });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test("a slow first byte is no connect timeout", async () => {
  await using served = await servesUpstream((_request, response) => {
    setTimeout(() => response.writeHead(200).end(readFixture("openai/text.sse")), 150);
  });
  const events = await calls(gptRoute({}, served.endpoint), NEVER, asks({}, { connectTimeoutMs: 50 }));
  expect(sumUp(events).end).toBe(FinishReason.STOP);
});

test("sends nothing when it is aborted already", async () => {
  expect(await calls(gptRoute({}, "http://127.0.0.1:9"), AbortSignal.abort())).toEqual([]);
});

test("refuses a request whose JSON is broken without throwing", async () => {
  const request = asks({ tools: [{ name: "f", schemaJson: "{" }] });
  expect(failureOf(await calls(gptRoute(), NEVER, request)).kind).toBe("invalid-request");
});

test.each([
  [16, FinishReason.LENGTH],
  [17, "malformed"],
  [undefined, "malformed"],
])("a call that is no JSON and came with 16 tokens of at most %s ends as %s", async (maxOutputTokens, end) => {
  const call = { index: 0, id: "c", function: { name: "f", arguments: '{"a' } };
  const chunks = [
    { choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: 16, total_tokens: 25 } },
  ];
  const body = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
  await using served = await servesUpstream(streams(body));
  const request = asks(maxOutputTokens === undefined ? {} : { maxOutputTokens });
  expect(sumUp(await calls(gptRoute({}, served.endpoint), NEVER, request))).toMatchObject({ calls: [], end });
});
