import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { Request, Told } from "./clients/scenario-client.ts";
import { requestsOf } from "./requests-of.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

/** A workload whose upstream takes a request and then says nothing, and one that says something and then nothing. */
const HANGS = { name: "hangs", routes: [{ dialect: "openai-chat", faults: "hang-body" }] } as const;
const STALLS = { name: "stalls", routes: [{ dialect: "openai-chat", faults: "stall=20" }] } as const;
/** A workload whose upstream says more than a client's window holds. */
const PACED = { name: "paced", routes: [{ dialect: "openai-chat", faults: "rate=400" }] } as const;

/** Limits of a route that rule no call here: it is the server's that do. */
const POLICY = { first_token_timeout: "60s", stall_timeout: "60s" };

/** A stage whose server has these limits. */
async function startLimited(server: object): Promise<Stage & AsyncDisposable> {
  const workloads = [HANGS, STALLS, PACED].map((workload) => ({ ...workload, policy: POLICY }));
  const stage = await startStage(createGrpcJsClient, workloads, { server });
  return { ...stage, [Symbol.asyncDispose]: () => stage.close() };
}

/** Holds so many calls whose upstreams have their requests. Their end waits until the upstreams know it. */
async function hold({ client, simulator, gateway }: Stage, count: number, request: Request = {}) {
  const stopping = new AbortController();
  const before = requestsOf({ simulator }, HANGS.name).length;
  const told = Array.from({ length: count }, () =>
    client.stream(ask(HANGS.name, request), { signal: stopping.signal }),
  );
  await simulator.until(() => requestsOf({ simulator }, HANGS.name).length === before + count);
  expect(gateway.child.exitCode).toBeNull();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(told);
      await simulator.until(({ openCount }) => openCount === 0);
    },
  };
}

function reasonsOf({ error }: Told): string[] {
  return error?.findDetails(ErrorInfoSchema).map(({ reason }) => reason) ?? [];
}

/** A prompt so long that the whole request has about so many bytes. */
function sized(bytes: number): Request {
  return { messages: [{ role: 2, text: "a".repeat(bytes) }] };
}

describe("the limit", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startLimited({
      max_request_bytes: 4_096,
      max_buffered_bytes: 28_000,
      max_concurrent_calls: 3,
      max_streams_per_connection: 5,
      client_stall_timeout: "1s",
    });
  });
  afterAll(() => stage?.close());

  test("max_request_bytes refuses a larger request, and no smaller one", async () => {
    const refused = await stage.client.complete(ask("well", sized(4_200)));
    expect(reasonsOf(refused)).toEqual(["TOO_LARGE"]);
    expect(refused.error?.message).toContain("4096");
    expect((await stage.client.complete(ask("well", sized(4_000)))).error).toBeUndefined();
  });

  test("max_buffered_bytes refuses a request that does not fit beside those in flight", async () => {
    await using _ = await hold(stage, 1, sized(3_900));
    const refused = await stage.client.complete(ask("well", sized(3_900)));
    expect(reasonsOf(refused)).toEqual(["OVERLOADED"]);
    expect(refused.error?.message).toContain("max_buffered_bytes");
    expect((await stage.client.complete(ask("well", sized(2_000)))).error).toBeUndefined();
  });

  test("max_concurrent_calls refuses one call more", async () => {
    await using _ = await hold(stage, 3);
    const refused = await stage.client.complete(ask("well"));
    expect(reasonsOf(refused)).toEqual(["OVERLOADED"]);
    expect(refused.error?.message).toContain("runs 3 calls");
  });

  test("max_concurrent_calls lets as many through", async () => {
    await using _ = await hold(stage, 2);
    expect((await stage.client.complete(ask("well"))).error).toBeUndefined();
  });

  test("max_streams_per_connection is told to HTTP/2 clients", async () => {
    const session = connect(stage.gateway.url);
    const [settings] = await once(session, "remoteSettings");
    session.destroy();
    expect(settings).toMatchObject({ maxConcurrentStreams: 5 });
  });

  test("client_stall_timeout cancels a call whose client reads nothing", async () => {
    const session = connect(stage.gateway.url, { settings: { initialWindowSize: 64 } });
    const startedAtMs = performance.now();
    expect(await readNothing(session, ask("paced"))).toBe(constants.NGHTTP2_CANCEL);
    const tookMs = performance.now() - startedAtMs;
    expect(tookMs).toBeGreaterThan(900);
    // By default it would take a minute.
    expect(tookMs).toBeLessThan(30_000);
    await stage.simulator.until(({ openCount }) => openCount === 0);
    session.destroy();
  });

  test("rules nothing else: the gateway is well after all that", () => expectWell(stage));
});

/** Sends a request, leaves the answer unread, and resolves with the code of its end. */
async function readNothing(session: ClientHttp2Session, request: Request): Promise<number | undefined> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/understudy.v1.CompletionService/StreamComplete",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {}); // The code says it.
  stream.on("response", () => stream.pause());
  const message = Buffer.from(toBinary(CompleteRequestSchema, create(CompleteRequestSchema, request)));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  await new Promise((resolve) => {
    stream.on("close", resolve);
  });
  return stream.rstCode;
}

test("the limit max_total_timeout ends a call before the client's own deadline", async () => {
  await using stage = await startLimited({ max_total_timeout: "1s" });
  const { error, tookMs } = await stage.client.complete(ask("hangs"), { timeoutMs: 600_000 });
  expect(error?.code).toBe(4);
  expect(tookMs).toBeGreaterThan(900);
  await stage.simulator.until(({ openCount }) => openCount === 0);
});

test("the limit drain_timeout ends answers that are not done by then", async () => {
  await using stage = await startLimited({ drain_timeout: "400ms" });
  const gotText = Promise.withResolvers<void>();
  const told = stage.client.stream(ask("stalls"), {
    onEvent: ({ event }) => event.case === "textDelta" && gotText.resolve(),
  });
  await gotText.promise;
  const signalledAtMs = performance.now();
  stage.gateway.child.kill("SIGTERM");
  expect(reasonsOf(await told)).toEqual(["ANSWER_INTERRUPTED"]);
  expect(performance.now() - signalledAtMs).toBeGreaterThan(390);
  expect((await stage.gateway.ended).code).toBe(0);
});

test("the limit lame_duck keeps an idle server for so long", async () => {
  await using stage = await startLimited({ lame_duck: "700ms", drain_timeout: "0s" });
  const signalledAtMs = performance.now();
  stage.gateway.child.kill("SIGTERM");
  expect((await stage.gateway.ended).code).toBe(0);
  expect(performance.now() - signalledAtMs).toBeGreaterThan(690);
});
