import { connect } from "node:http2";
import { connect as connectTcp } from "node:net";

import { expect, onTestFinished, test } from "vitest";

import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "../../gen/ts/grpc/health/v1/health_pb.ts";
import { CompletionService } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { RouteService } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { call, createGrpcClient, startCall } from "./grpc-client.ts";
import { runCurl } from "./run-curl.ts";
import { aborted, makeText, says, startEdge } from "./start-edge.ts";

/** A stream that says a text at once, and the rest when it may. */
function pauses() {
  const rest = Promise.withResolvers<void>();
  const streamComplete: Parameters<typeof startEdge>[0] = {
    streamComplete: async function* (request, context) {
      yield makeText(1n, "Once ");
      await Promise.race([rest.promise, aborted(context.signal)]);
      if (!context.signal.aborted) yield* says("upon a time.")(request, context);
    },
  };
  return { ...streamComplete, resume: rest.resolve };
}

async function firstMessage(stream: NodeJS.EventEmitter): Promise<void> {
  await new Promise((resolve) => {
    stream.once("data", resolve);
  });
}

test("a running stream finishes, then the connections close", async () => {
  const { resume, ...service } = pauses();
  const { address, url, edge } = await startEdge(service);
  const running = call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  await expect.poll(() => edge.callCount).toBe(1);

  const drained = edge.drain({ lameDuckMs: 0, drainTimeoutMs: 10_000 });
  expect(await runCurl([`${url}/healthz`])).toMatchObject({ status: 503 });
  resume();
  const { error, messages } = await running;
  expect(error).toBeUndefined();
  expect(messages.at(-1)?.event.case).toBe("completed");
  await drained;
  await expect(runCurl([`${url}/healthz`])).rejects.toThrow(/connect/i);
});

test("during the lame duck the server says NOT_SERVING and serves on", async () => {
  const { address, url, edge } = await startEdge();
  const client = createGrpcClient(address);
  const watch = startCall(client, Health.method.watch, { service: "understudy.v1.CompletionService" });
  const seen: ServingStatus[] = [];
  watch.on("data", ({ status }) => seen.push(status));
  watch.on("error", () => {});
  await expect.poll(() => seen).toEqual([ServingStatus.SERVING]);

  const drained = edge.drain({ lameDuckMs: 60_000, drainTimeoutMs: 0 });
  await expect.poll(() => seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  expect((await call(client, Health.method.check, {})).messages).toMatchObject([{ status: ServingStatus.NOT_SERVING }]);
  expect(await runCurl([`${url}/healthz`])).toMatchObject({ status: 503, body: "draining\n" });
  expect((await call(client, CompletionService.method.streamComplete, {})).error).toBeUndefined();
  const kept = await fetch(`${url}/v1/models`);
  expect(kept.status).toBe(200);
  expect(kept.headers.get("connection")).toBe("close");
  await edge.close();
  await drained;
});

test("while answers run, new calls are refused so that their clients go elsewhere", async () => {
  const { address, url, edge } = await startEdge(pauses());
  const running = startCall(createGrpcClient(address), CompletionService.method.streamComplete, {});
  running.on("error", () => {});
  await firstMessage(running);
  const drained = edge.drain({ lameDuckMs: 0, drainTimeoutMs: 60_000 });

  const { error, trailers } = await call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  expect(error).toMatchObject({ code: 14, details: "this server is about to stop; ask another one" });
  expect(String(trailers?.get("grpc-status-details-bin")[0])).toContain("DRAINING");
  const ask = { method: "POST", headers: { "content-type": "application/connect+json" }, body: "\0\0\0\0\u0002{}" };
  const refused = await fetch(`${url}/understudy.v1.CompletionService/StreamComplete`, ask);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("connection")).toBe("close");
  expect(await refused.json()).toMatchObject({ code: "unavailable" });
  await edge.close();
  await drained;
});

test("streams that only watch do not hold the drain up", async () => {
  const { address, edge } = await startEdge();
  const client = createGrpcClient(address);
  const ends = [startCall(client, Health.method.watch, {}), startCall(client, RouteService.method.watchRoutes, {})].map(
    (stream) =>
      new Promise<number>((resolve) => {
        stream.resume();
        stream.on("error", () => {});
        stream.on("status", ({ code }) => resolve(code));
      }),
  );
  await expect.poll(() => edge.callCount).toBe(1);
  await edge.drain({ lameDuckMs: 0, drainTimeoutMs: 60_000 });
  expect(await Promise.all(ends)).toEqual([14, 14]);
});

test("a stream that outlasts the drain timeout ends with DRAINING", async () => {
  const { address, edge } = await startEdge(pauses());
  const stream = startCall(createGrpcClient(address), CompletionService.method.streamComplete, {});
  const ended = new Promise((resolve) => {
    stream.on("error", resolve);
  });
  await firstMessage(stream);
  await edge.drain({ lameDuckMs: 0, drainTimeoutMs: 100 });
  expect(await ended).toMatchObject({ code: 14, details: "this server is about to stop; ask another one" });
});

test("a service that does not listen to its signal does not keep the server", async () => {
  const { address, edge } = await startEdge({
    streamComplete: async function* () {
      yield makeText(1n, "Once ");
      await new Promise(() => {});
    },
  });
  const stream = startCall(createGrpcClient(address), CompletionService.method.streamComplete, {});
  stream.on("error", () => {});
  await firstMessage(stream);
  await edge.drain({ lameDuckMs: 0, drainTimeoutMs: 50 });
});

test("idle connections of both versions do not hold the drain up", async () => {
  const { url, port, edge } = await startEdge();
  const session = connect(url);
  onTestFinished(() => session.destroy());
  await new Promise((resolve) => {
    session.once("remoteSettings", resolve);
  });
  const socket = connectTcp(port, "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  await firstMessage(socket);
  const silent = connectTcp(port, "127.0.0.1");
  await new Promise((resolve) => {
    silent.once("connect", resolve);
  });
  const startedAt = performance.now();
  await edge.drain({ lameDuckMs: 0, drainTimeoutMs: 60_000 });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("close ends everything at once, also in the middle of a drain", async () => {
  const { address, edge } = await startEdge(pauses());
  const stream = startCall(createGrpcClient(address), CompletionService.method.streamComplete, {});
  stream.on("error", () => {});
  await firstMessage(stream);
  const drained = edge.drain({ lameDuckMs: 60_000, drainTimeoutMs: 60_000 });
  await edge.close();
  await drained;
});

test("a taken port is reported", async () => {
  const { port } = await startEdge();
  const { edge } = await startEdge();
  await expect(edge.listen("127.0.0.1", port)).rejects.toThrow(/listen/i);
});

test("a client that sends its header first hears why it is refused, before the connection closes", async () => {
  const { resume, ...service } = pauses();
  const { address, port, edge } = await startEdge(service);
  const running = call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  await expect.poll(() => edge.callCount).toBe(1);
  const drained = edge.drain({ lameDuckMs: 0, drainTimeoutMs: 10_000 });

  const socket = connectTcp(port, "127.0.0.1");
  let heard = "";
  socket.setEncoding("latin1").on("data", (text: string) => void (heard += text));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const head = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2";
  socket.write(`POST /understudy.v1.CompletionService/Complete HTTP/1.1\r\n${head}\r\n\r\n{`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toBe("");
  socket.write("}");
  await closed;
  expect(heard).toMatch(/^HTTP\/1\.1 503 /u);
  resume();
  await running;
  await drained;
});

test("an HTTP/2 connection that comes late is refused call by call, and stays until the running ones end", async () => {
  const { resume, ...service } = pauses();
  const { address, url, edge } = await startEdge(service);
  const running = call(createGrpcClient(address), CompletionService.method.streamComplete, {});
  await expect.poll(() => edge.callCount).toBe(1);
  const drained = edge.drain({ lameDuckMs: 0, drainTimeoutMs: 10_000 });

  const session = connect(url);
  onTestFinished(() => session.destroy());
  const closed = new Promise((resolve) => session.once("close", resolve));
  const ask = (): Promise<unknown> => {
    const path = "/understudy.v1.CompletionService/Complete";
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
    stream.resume().end();
    return new Promise((resolve) => stream.once("response", (headers) => resolve(headers["grpc-status"])));
  };
  for (const _ of [1, 2, 3]) {
    expect(await ask()).toBe("14");
    expect(session.closed).toBe(false);
  }
  resume();
  await running;
  await drained;
  await closed;
});
