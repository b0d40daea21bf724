import { connect, constants, type IncomingHttpHeaders } from "node:http2";

import { create, toBinary } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";

import { CompleteRequestSchema, CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused } from "../../../src/call/refusal.ts";
import { call, createGrpcClient, startCall } from "../grpc-client.ts";
import { aborted, fails, makeText, says, startEdge } from "../start-edge.ts";

/** What came back, frame by frame. */
interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Whether the first HEADERS frame ended the stream. */
  readonly endStream: boolean;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly bodyBytes: number;
}

function callRaw(url: string, method: "Complete" | "StreamComplete"): Promise<RawAnswer> {
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": `/understudy.v1.CompletionService/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  const message = toBinary(CompleteRequestSchema, create(CompleteRequestSchema, { workload: "summaries" }));
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders | undefined;
    let endStream = false;
    let bodyBytes = 0;
    stream.on("response", (received, flags) => {
      headers = received;
      endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (chunk: Buffer) => {
      bodyBytes += chunk.length;
    });
    stream.on("error", reject);
    stream.on("close", () => resolve({ headers, endStream, trailers, bodyBytes }));
  });
}

const allFailed = new CallRefused({ reason: ErrorReason.ALL_ROUTES_FAILED, message: "every route was tried" });

test.each(["Complete", "StreamComplete"] as const)(
  "a refused %s is one HEADERS frame that ends the stream",
  async (method) => {
    const { url } = await startEdge({ complete: () => Promise.reject(allFailed), streamComplete: fails(allFailed) });
    const answer = await callRaw(url, method);
    expect(answer.endStream).toBe(true);
    expect(answer.trailers).toBeUndefined();
    expect(answer.headers).toMatchObject({ ":status": 200, "grpc-status": "14", "grpc-retry-pushback-ms": "-1" });
    expect(answer.headers["content-type"]).toMatch(/^application\/grpc/);
  },
);

test("an answer has headers, body and trailers", async () => {
  const { url } = await startEdge();
  const answer = await callRaw(url, "StreamComplete");
  expect(answer.endStream).toBe(false);
  expect(answer.headers["grpc-status"]).toBeUndefined();
  expect(answer.trailers).toMatchObject({ "grpc-status": "0" });
  expect(answer.bodyBytes).toBeGreaterThan(0);
});

test("a refusal after the first event comes in trailers", async () => {
  const { url } = await startEdge({
    streamComplete: async function* () {
      yield makeText(1n, "Once ");
      throw new CallRefused({ reason: ErrorReason.ANSWER_INTERRUPTED, message: "broke off" });
    },
  });
  const answer = await callRaw(url, "StreamComplete");
  expect(answer.trailers).toMatchObject({ "grpc-status": "10", "grpc-message": "broke off" });
});

const retries = {
  "grpc.service_config": JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: [{}],
        retryPolicy: {
          maxAttempts: 4,
          initialBackoff: "0.01s",
          maxBackoff: "0.02s",
          backoffMultiplier: 1,
          retryableStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
  }),
};

test("a client's retry policy takes a call from a draining replica to another one", async () => {
  const staying = await startEdge({ streamComplete: says("from the other replica") });
  const leaving = await startEdge({
    async *streamComplete(_request, { signal }) {
      yield makeText(1n, "never");
      await aborted(signal);
    },
  });
  const client = createGrpcClient(`ipv4:${leaving.address},${staying.address}`, retries);
  // A running answer keeps it from ending at once.
  const running = startCall(createGrpcClient(leaving.address), CompletionService.method.streamComplete, {});
  running.on("error", () => {});
  await expect.poll(() => leaving.edge.callCount).toBe(1);
  const drained = leaving.edge.drain({ lameDuckMs: 0, drainTimeoutMs: 60_000 });
  for (let round = 0; round < 6; round += 1) {
    const { messages, error } = await call(client, CompletionService.method.streamComplete, {});
    expect(error).toBeUndefined();
    expect(messages[1]?.event).toMatchObject({ value: { text: "from the other replica" } });
  }
  await leaving.edge.close();
  await drained;
});

test.each([
  ["is not repeated when every route failed", ErrorReason.ALL_ROUTES_FAILED, 1],
  ["is repeated when the server was overloaded", ErrorReason.OVERLOADED, 4],
])("a call %s", async (_, reason, times) => {
  let callCount = 0;
  const { address } = await startEdge({
    streamComplete: (request, context) => {
      callCount += 1;
      return fails(new CallRefused({ reason, message: "no answer" }))(request, context);
    },
  });
  const { error } = await call(createGrpcClient(address, retries), CompletionService.method.streamComplete, {});
  expect(error?.code).toBe(14);
  expect(callCount).toBe(times);
});
