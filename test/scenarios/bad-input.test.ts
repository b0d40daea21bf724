import { connect, constants } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FailoverReportSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { curlJson } from "../edge/run-curl.ts";
import { createConnectClient, createGrpcWebClient } from "./clients/connect.ts";
import { createCurlClient } from "./clients/curl.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { CreateClient, Request } from "./clients/scenario-client.ts";
import { requestsOf } from "./requests-of.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

const MAX_REQUEST_BYTES = 100_000;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage(
    createGrpcJsClient,
    [
      { name: "usual", routes: [{ dialect: "openai-chat" }, { dialect: "anthropic-messages" }] },
      { name: "slow", routes: [{ dialect: "openai-chat", faults: "rate=400" }] },
    ],
    { server: { max_request_bytes: MAX_REQUEST_BYTES, client_stall_timeout: "1s" } },
  );
});
afterAll(() => stage?.close());

const clients: readonly { client: string; createClient: CreateClient; kind: "stream" | "complete" }[] = [
  { client: "@grpc/grpc-js", createClient: createGrpcJsClient, kind: "stream" },
  { client: "@grpc/grpc-js unary", createClient: createGrpcJsClient, kind: "complete" },
  { client: "Connect", createClient: createConnectClient, kind: "stream" },
  { client: "Connect unary", createClient: createConnectClient, kind: "complete" },
  { client: "gRPC-Web", createClient: createGrpcWebClient, kind: "stream" },
  { client: "gRPC-Web unary", createClient: createGrpcWebClient, kind: "complete" },
  { client: "curl", createClient: createCurlClient, kind: "complete" },
];

interface BadRequest {
  readonly what: string;
  readonly request: Request;
  /** Code by its number in gRPC, and the reason. */
  readonly code: number;
  readonly reason: string;
  /** The field that is named. Default none. */
  readonly field?: string;
}

const badRequests: readonly BadRequest[] = [
  { what: "an unknown workload", request: ask("unusual"), code: 5, reason: "WORKLOAD_NOT_FOUND" },
  {
    what: "an empty list of messages",
    request: ask("usual", { messages: [] }),
    code: 3,
    reason: "INVALID_REQUEST",
    field: "messages",
  },
  {
    what: "a message without a role",
    request: ask("usual", { messages: [{ text: "Hello" }] }),
    code: 3,
    reason: "INVALID_REQUEST",
    field: "messages[0].role",
  },
  {
    what: "a penalty that no model knows",
    request: ask("usual", { frequencyPenalty: 3 }),
    code: 3,
    reason: "INVALID_REQUEST",
    field: "frequency_penalty",
  },
  { what: "neither workload nor route", request: ask(""), code: 3, reason: "INVALID_REQUEST", field: "workload" },
  {
    what: "an unknown route",
    request: ask("usual", { routing: { primary: "nowhere" } }),
    code: 5,
    reason: "ROUTE_NOT_FOUND",
  },
  {
    what: "a prompt over the limit",
    request: ask("usual", { messages: [{ role: 2, text: "a".repeat(MAX_REQUEST_BYTES + 1) }] }),
    code: 8,
    reason: "TOO_LARGE",
  },
];

describe.each(clients)("$client", ({ createClient, kind }) => {
  test.each(badRequests)("$what is refused with its reason", async ({ request, code, reason, field }) => {
    const own = createClient(stage.gateway.url);
    const { error, events, response } = await own[kind](request);
    expect(events).toEqual([]);
    expect(response).toBeUndefined();
    expect(error?.findDetails(ErrorInfoSchema)).toMatchObject([{ reason, domain: "understudy" }]);
    expect(error?.code).toBe(code);
    expect(error?.findDetails(RequestInfoSchema)).toHaveLength(1);
    expect(error?.findDetails(FailoverReportSchema)).toEqual([]);
    const fields = error?.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations) ?? [];
    expect(fields[0]?.field).toBe(field);
    own.close();
  });
});

const hello = { role: "ROLE_USER", text: "Hello" };

test.each([
  [
    "an unknown field",
    JSON.stringify({ workload: "usual", messages: [hello], temprature: 1 }),
    /did you mean temperature\?/,
  ],
  [
    "an unknown role",
    JSON.stringify({ workload: "usual", messages: [{ ...hello, role: "ROLE_7d1e" }] }),
    /"field":"messages\[0\].role"/,
  ],
  ["a value of a wrong type", JSON.stringify({ workload: "usual", messages: "secret-7d1e" }), /messages/],
  ["a body that is no JSON", "{workload: secret-7d1e", /not valid JSON/],
  ["an empty body", "", /./],
])("%s in JSON is refused by name, without repeating it", async (_, json, message) => {
  const { status, body } = await curlJson(stage.gateway.url, "CompletionService/Complete", json);
  expect(status).toBe(400);
  expect(body).toMatch(message);
  expect(body).toContain("INVALID_REQUEST");
  expect(body).not.toContain("7d1e");
});

test("a header of 20 KiB is refused", async () => {
  const header = ["-H", `x-long: ${"a".repeat(20 * 1024)}`];
  const json = JSON.stringify({ workload: "usual", messages: [hello] });
  const { status, body } = await curlJson(stage.gateway.url, "CompletionService/Complete", json, ...header);
  expect(status).toBe(429);
  expect(body).toContain("TOO_LARGE");
});

test("nothing of all that was sent upstream", () => {
  expect(requestsOf(stage, "usual")).toEqual([]);
});

test("a client that never reads is cancelled after the stall timeout, and its upstream is closed", async () => {
  const session = connect(stage.gateway.url, { settings: { initialWindowSize: 64 } });
  const stream = session.request({
    ":method": "POST",
    ":path": "/understudy.v1.CompletionService/StreamComplete",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  const message = Buffer.from(toBinary(CompleteRequestSchema, create(CompleteRequestSchema, ask("slow"))));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  stream.on("response", () => stream.pause());
  const startedAtMs = performance.now();
  await new Promise((resolve) => {
    stream.on("close", resolve);
  });
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  const tookMs = performance.now() - startedAtMs;
  expect(tookMs).toBeGreaterThan(900);
  // By default it would take a minute.
  expect(tookMs).toBeLessThan(30_000);
  await stage.simulator.until(({ openCount }) => openCount === 0);
  session.destroy();
});

test("the gateway is well after all that", () => expectWell(stage));
