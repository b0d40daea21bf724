import { connect } from "node:http2";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";

import { CompleteRequestSchema, CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { call, createGrpcClient } from "../grpc-client.ts";
import { curlJson, runCurl } from "../run-curl.ts";
import { startEdge } from "../start-edge.ts";

const versions = [
  ["HTTP/1.1", "--http1.1"],
  ["HTTP/2", "--http2-prior-knowledge"],
] as const;

test.each([
  ["an unknown field", '{"workloda":"x"}', "workloda", /did you mean workload\?/],
  ["an unknown field far from any", '{"url":"http://evil"}', "url", /it has workload, routing, messages/],
  ["an unknown field deep inside", '{"messages":[{"txt":"my secret"}]}', "messages[0].txt", /did you mean text\?/],
  ["a value of a wrong type", '{"maxOutputTokens":"my secret"}', "max_output_tokens", /expected number/],
  [
    "an unknown name",
    '{"messages":[{},{"role":"my secret"}]}',
    "messages[1].role",
    /give one of ROLE_SYSTEM, ROLE_USER/,
  ],
  ["something else than an object", '{"routing":"my secret"}', "routing", /object of understudy.v1.Routing/],
  [
    "two kinds of a part",
    '{"messages":[{"parts":[{"text":"my secret","image":{}}]}]}',
    "messages[0].parts[0].image",
    /beside text/,
  ],
])("%s is refused by name", async (_, json, field, mend) => {
  const { url } = await startEdge();
  const { status, body } = await curlJson(url, "CompletionService/Complete", json);
  expect(status).toBe(400);
  expect(body).not.toContain("secret");
  expect(JSON.parse(body)).toMatchObject({
    code: "invalid_argument",
    message: expect.stringMatching(mend),
    details: [
      { type: "google.rpc.ErrorInfo", debug: { domain: "understudy", reason: "INVALID_REQUEST" } },
      { type: "google.rpc.RequestInfo" },
      { type: "google.rpc.BadRequest", debug: { fieldViolations: [{ field }] } },
    ],
  });
});

test.each([
  ["broken JSON", '{"workload": my secret', /not valid JSON/],
  ["half of it", '{"workload":', /not valid JSON/],
  ["a wrong character", '{"workload":"a", my secret}', /not valid JSON \(at character 17\)/],
  ["a list", '["my secret"]', /not a JSON object/],
  ["a key twice", '{"workload":"a","workload":"my secret"}', /twice/],
])("%s is refused without repeating it", async (_, json, message) => {
  const { url } = await startEdge();
  const { status, body } = await curlJson(url, "CompletionService/Complete", json);
  expect(status).toBe(400);
  expect(body).toMatch(message);
  expect(body).not.toContain("secret");
});

test("a stream in JSON is refused by the same words", async () => {
  const { url } = await startEdge();
  const json = Buffer.from('{"messages":[{"txt":"my secret"}]}');
  const { text } = await runCurl(
    [`${url}/understudy.v1.CompletionService/StreamComplete`, "-H", "content-type: application/connect+json"],
    Buffer.concat([Buffer.from([0, 0, 0, 0, json.length]), json]),
  );
  expect(text).toContain("messages[0].txt is not a field of understudy.v1.Message; did you mean text?");
  expect(text).not.toContain("secret");
});

test.each(["application/grpc+proto", "application/grpc-web+proto", "application/proto", "application/connect+proto"])(
  "bytes that are no message are INVALID_ARGUMENT with details in %s",
  async (contentType) => {
    const { url } = await startEdge();
    const isUnary = contentType === "application/proto";
    const garbage = Buffer.from([0xff, 0xff, 0xff]);
    const body = isUnary ? garbage : Buffer.concat([Buffer.from([0, 0, 0, 0, garbage.length]), garbage]);
    const method = contentType.startsWith("application/connect") ? "StreamComplete" : "Complete";
    const target = `${url}/understudy.v1.CompletionService/${method}`;
    const { text } = await runCurl(
      ["--http2-prior-knowledge", target, "-H", `content-type: ${contentType}`, "-H", "te: trailers"],
      body,
    );
    expect(text).toMatch(/grpc-status: ?3\b|invalid_argument/);
    expect(decodeURIComponent(text.replaceAll(/%(?![0-9A-F]{2})/g, "%25"))).toContain(
      "it is not a protobuf message of this method",
    );
    expect(text).toMatch(/grpc-status-details-bin|google\.rpc\.ErrorInfo/);
  },
);

test("a message that is too large is refused over gRPC with TOO_LARGE", async () => {
  const { address } = await startEdge({ limits: { maxRequestBytes: 10_000 } });
  const request = { messages: [{ text: "a".repeat(200_000) }] };
  const { error, trailers } = await call(createGrpcClient(address), CompletionService.method.complete, request);
  expect(error).toMatchObject({ code: 8, details: "the request has more than 10000 bytes, max_request_bytes" });
  expect(String(trailers?.get("grpc-status-details-bin")[0])).toContain("TOO_LARGE");
});

test.each(versions)(
  "a request over max_request_bytes is refused over %s, and the next one is served",
  async (_, flag) => {
    const { url } = await startEdge({ limits: { maxRequestBytes: 100_000 } });
    const json = `{"workload":"${"a".repeat(1_000_000)}"}`;
    const announced = await curlJson(url, "CompletionService/Complete", json, flag);
    expect(announced).toMatchObject({ status: 429, body: expect.stringContaining("TOO_LARGE") });
    const surprising = await curlJson(
      url,
      "CompletionService/Complete",
      json,
      "-H",
      "transfer-encoding: chunked",
      flag,
    );
    expect(surprising.body).toContain("more than 100000 bytes");
    expect((await curlJson(url, "CompletionService/Complete", "{}", flag)).status).toBe(200);
  },
);

test.each(versions)("a header of 20 KiB is refused over %s with its size", async (_, flag) => {
  const { url } = await startEdge();
  const header = ["-H", `x-long: ${"a".repeat(20 * 1024)}`];
  const { status, body } = await curlJson(url, "CompletionService/Complete", "{}", ...header, flag);
  expect(status).toBe(429);
  expect(body).toMatch(/the header has 20\d\d\d bytes, more than the 16384 that are taken/);
});

test("a header of 20 KiB is refused over gRPC on every stream of a connection", async () => {
  const { address } = await startEdge();
  const client = createGrpcClient(address);
  const metadata = new Metadata();
  metadata.set("x-long", "a".repeat(20 * 1024));
  for (let round = 0; round < 3; round += 1) {
    const { error } = await call(client, CompletionService.method.complete, {}, metadata);
    expect(error?.details).toMatch(/the header has 20\d\d\d bytes/);
  }
});

test("a gzipped request is read", async () => {
  const workloads: string[] = [];
  const { url } = await startEdge({
    complete: async ({ workload }) => {
      workloads.push(workload);
      throw new Error("enough");
    },
  });
  await curlJson(
    url,
    "CompletionService/Complete",
    gzipSync('{"workload":"summaries"}'),
    "-H",
    "content-encoding: gzip",
  );
  expect(workloads).toEqual(["summaries"]);
});

test.each([
  ["over max_request_bytes", { maxRequestBytes: 1_000_000 }, /resource_exhausted.*TOO_LARGE/],
  ["over the memory of all requests", { maxBufferedBytes: 1_000_000 }, /resource_exhausted.*TOO_LARGE/],
])("a gzipped request that unpacks to %s is refused", async (_, limits, message) => {
  const { url } = await startEdge({ limits });
  const bomb = gzipSync(`{"workload":"${"a".repeat(4_000_000)}"}`);
  expect(bomb.length).toBeLessThan(10_000);
  const { body } = await curlJson(url, "CompletionService/Complete", bomb, "-H", "content-encoding: gzip");
  expect(body).toMatch(message);
});

test("requests in flight share one memory, which is free again when they end", async () => {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const { url } = await startEdge({
    limits: { maxBufferedBytes: 300_000 },
    complete: async () => {
      started.resolve();
      await gate.promise;
      throw new Error("enough");
    },
  });
  const json = `{"workload":"${"a".repeat(60_000)}"}`;
  const first = curlJson(url, "CompletionService/Complete", json);
  await started.promise;
  expect((await curlJson(url, "CompletionService/Complete", json)).body).toMatch(/max_buffered_bytes/);
  gate.resolve();
  expect((await first).body).toMatch(/INTERNAL/);
  expect((await curlJson(url, "CompletionService/Complete", json)).body).toMatch(/INTERNAL/);
});

test.each([
  ["GET", "/", 200, /grpcurl -plaintext/],
  ["GET", "/healthz", 200, /^ok$/m],
  ["GET", "/favicon.ico", 404, /GET \/ tells how to call/],
  ["GET", "/understudy.v1.CompletionService/Complete", 405, /takes POST/],
  ["POST", "/understudy.v1.CompletionService/Nothing", 404, /GET \/ tells/],
])("%s %s is answered with %i in plain words", async (method, path, expected, words) => {
  const { url } = await startEdge();
  const { status, body } = await runCurl(["-X", method, `${url}${path}`]);
  expect(status).toBe(expected);
  expect(body).toMatch(words);
});

test("a content type that no protocol has is named as the fault", async () => {
  const { url } = await startEdge();
  const target = `${url}/understudy.v1.CompletionService/Complete`;
  const { status, body } = await runCurl([target, "-H", "content-type: text/csv"], "a,b");
  expect(status).toBe(415);
  expect(body).toContain("Use application/json");
});

test("an unknown method over gRPC is UNIMPLEMENTED", async () => {
  const { address } = await startEdge();
  const unknown = { ...CompletionService.method.complete, name: "Nothing" };
  const { error } = await call(createGrpcClient(address), unknown, {});
  expect(error?.code).toBe(12);
});

test("every answer names its request", async () => {
  const { url } = await startEdge({ makeRequestId: () => "call-1" });
  const { text } = await curlJson(url, "CompletionService/Complete", "{}");
  expect(text).toMatch(/x-request-id: call-1/i);
  expect(text).toContain('"requestId":"call-1"');
});

test("a request that does not arrive is not waited for", async () => {
  const { url } = await startEdge({ limits: { requestTimeoutMs: 100 } });
  const session = connect(url);
  const stream = session.request({
    ":method": "POST",
    ":path": "/understudy.v1.CompletionService/StreamComplete",
    "content-type": "application/grpc",
  });
  stream.on("error", () => {});
  const message = toBinary(CompleteRequestSchema, create(CompleteRequestSchema));
  stream.write(Buffer.from([0, 0, 0, 0, message.length + 10]));
  await new Promise((resolve) => {
    stream.on("close", resolve);
  });
  expect(stream.rstCode).not.toBe(0);
  session.destroy();
});
