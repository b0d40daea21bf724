import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:http2";
import { connect as connectTcp } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";

import { Health } from "../../../gen/ts/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../../gen/ts/grpc/reflection/v1/reflection_pb.ts";
import { CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { STRANGER_LIMITS } from "../../../src/edge/admission/strangers.ts";
import { call, createGrpcClient, startCall } from "../grpc-client.ts";
import { runCurl } from "../run-curl.ts";
import { startEdge } from "../start-edge.ts";

const callers = [{ name: "app", scope: undefined, apiKey: "key-of-the-app-0001", maxConcurrency: undefined }];

test("a question of more than 4 KiB is refused, whatever it says", async () => {
  const { address } = await startEdge({ callers });
  const large = await call(createGrpcClient(address), Health.method.check, { service: "x".repeat(5_000) });
  expect(large.error).toMatchObject({ code: 8, details: expect.stringContaining("more than 4096 bytes") });
  const file = { messageRequest: { case: "fileByFilename" as const, value: "x".repeat(5_000) } };
  const stream = startCall(createGrpcClient(address), ServerReflection.method.serverReflectionInfo, file);
  const status = await new Promise<{ code: number }>((resolve) => {
    stream.resume();
    stream.on("error", () => {});
    stream.on("status", resolve);
  });
  expect(status.code).toBe(8);
});

test("nothing is unpacked for a stranger", async () => {
  const { url } = await startEdge({ callers });
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const message = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), bomb]);
  message.writeUInt32BE(bomb.length, 1);
  const flags = ["--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "grpc-encoding: gzip"];
  const { text } = await runCurl([`${url}/grpc.health.v1.Health/Check`, ...flags, "-H", "te: trailers"], message);
  expect(text).toMatch(/grpc-status: 12/);
});

test("one connection has few questions at once, and a closed one makes room", async () => {
  const { url } = await startEdge({ callers });
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const ask = () =>
    session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    });
  const statusOf = (stream: ReturnType<typeof ask>): Promise<unknown> =>
    new Promise((resolve) => {
      const read = (fields: IncomingHttpHeaders): void => {
        if (fields["grpc-status"] !== undefined) resolve(fields["grpc-status"]);
      };
      stream.on("response", read); // a refusal without a message has its status there
      stream.on("trailers", read);
      stream.resume();
    });
  const halves = Array.from({ length: STRANGER_LIMITS.maxExchangesPerConnection }, ask);
  await expect.poll(async () => statusOf(ask().end(Buffer.alloc(5)))).toBe("14");
  for (const half of halves.slice(0, 2)) half.close();
  await expect.poll(async () => statusOf(ask().end(Buffer.alloc(5)))).toBe("0");
});

test("a few may watch on one connection, and no more", async () => {
  const { address } = await startEdge({ callers });
  const client = createGrpcClient(address);
  const watches = Array.from({ length: STRANGER_LIMITS.maxWatchesPerConnection + 1 }, () => {
    const watch = startCall(client, Health.method.watch, {});
    return new Promise<string>((resolve) => {
      watch.on("error", ({ message }: Error) => resolve(message));
      watch.once("data", () => resolve("watches"));
    });
  });
  const told = await Promise.all(watches);
  expect(told.filter((each) => each === "watches")).toHaveLength(STRANGER_LIMITS.maxWatchesPerConnection);
  expect(told.at(-1)).toContain("too many questions without a key");
});

test("a connection that breaks off a thousand questions is closed, and a caller's calls go on", async () => {
  const { url, address } = await startEdge({ callers });
  const session = connect(url);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  const closed = new Promise((resolve) => session.once("close", resolve));
  const breakOff = (): void => {
    for (let count = 0; count < 100 && !session.destroyed; count += 1) {
      const stream = session.request({ ":method": "POST", ":path": "/understudy.v1.CompletionService/Complete" });
      stream.on("error", () => {});
      stream.close(8);
    }
    if (!session.destroyed) setImmediate(breakOff);
  };
  breakOff();
  await closed;
  const client = createGrpcClient(address);
  const { Metadata } = await import("@grpc/grpc-js");
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${callers[0]?.apiKey}`);
  expect((await call(client, CompletionService.method.complete, {}, metadata)).error).toBeUndefined();
});

test("a request without a key is told so however large it says it will be, and holds nothing", async () => {
  const { port, edge } = await startEdge({ callers });
  const socket = connectTcp(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const head = "host: a\r\ncontent-type: application/json\r\ncontent-length: 16000000";
  socket.write(`POST /understudy.v1.CompletionService/Complete HTTP/1.1\r\n${head}\r\n\r\n{`);
  const answer = await new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(edge.callCount).toBe(0);
});
