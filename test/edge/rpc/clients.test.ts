import { type ClientHttp2Stream, connect, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";

import { CompleteRequestSchema, CompletionService } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { createGrpcClient, startCall } from "../grpc-client.ts";
import { aborted, makeText, startEdge } from "../start-edge.ts";

/** A stream that says nothing, or one text, and then waits for its signal; it tells when the signal came. */
function waits(afterText: boolean) {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  const streamComplete = async function* (_request: unknown, { signal }: { signal: AbortSignal }) {
    if (afterText) yield makeText(1n, "Once ");
    signal.addEventListener("abort", () => ended.resolve(performance.now()));
    started.resolve();
    await aborted(signal);
  };
  return { streamComplete, started: started.promise, ended: ended.promise };
}

test.each([
  ["before the first event", false],
  ["while the service is busy", true],
])("a client that cancels over HTTP/2 %s ends the call at once", async (_, afterText) => {
  const service = waits(afterText);
  const { address } = await startEdge(service);
  const stream = startCall(createGrpcClient(address), CompletionService.method.streamComplete, {});
  stream.on("error", () => {});
  stream.resume();
  await service.started;
  const cancelledAt = performance.now();
  stream.cancel();
  expect((await service.ended) - cancelledAt).toBeLessThan(50);
});

test.each([
  ["before the first event", false],
  ["while the service is busy", true],
])("a client that hangs up over HTTP/1.1 %s ends the call at once", async (_, afterText) => {
  const service = waits(afterText);
  const { port, edge } = await startEdge(service);
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    "POST /understudy.v1.CompletionService/StreamComplete HTTP/1.1\r\nhost: localhost\r\n" +
      "content-type: application/connect+json\r\ncontent-length: 7\r\n\r\n\x00\x00\x00\x00\x02{}",
  );
  await service.started;
  const hungUpAt = performance.now();
  socket.destroy();
  expect((await service.ended) - hungUpAt).toBeLessThan(50);
  await expect.poll(() => edge.callCount).toBe(0);
});

/** Produces text for ever, and counts. */
function talks() {
  const state = { textCount: 0, ended: false };
  const streamComplete = async function* () {
    try {
      for (;;) {
        state.textCount += 1;
        yield makeText(BigInt(state.textCount), "a".repeat(10_000));
      }
    } finally {
      state.ended = true;
    }
  };
  return { streamComplete, state };
}

function requestStream(session: ReturnType<typeof connect>): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": "/understudy.v1.CompletionService/StreamComplete",
    "content-type": "application/grpc",
  });
  stream.on("error", () => {});
  const message = toBinary(CompleteRequestSchema, create(CompleteRequestSchema));
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  return stream;
}

test("a client that never reads over HTTP/2 stops the service, and is cancelled after the stall timeout", async () => {
  const service = talks();
  const { url, edge } = await startEdge({ ...service, limits: { clientStallTimeoutMs: 200 } });
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const stream = requestStream(session);
  await new Promise((resolve) => {
    stream.on("close", resolve);
    stream.on("response", () => stream.pause());
  });
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  expect(service.state.textCount).toBeLessThan(1_000);
  await expect.poll(() => service.state.ended).toBe(true);
  expect(edge.callCount).toBe(0);
});

test("a client that never reads over HTTP/1.1 is cut off after the stall timeout", async () => {
  const service = talks();
  const { port, edge } = await startEdge({ ...service, limits: { clientStallTimeoutMs: 200 } });
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.write(
    "POST /understudy.v1.CompletionService/StreamComplete HTTP/1.1\r\nhost: localhost\r\n" +
      "content-type: application/connect+json\r\ncontent-length: 7\r\n\r\n\x00\x00\x00\x00\x02{}",
  );
  await expect.poll(() => service.state.ended, { timeout: 10_000 }).toBe(true);
  expect(edge.callCount).toBe(0);
});

test("a client that never reads the end of its answer is cancelled as well", async () => {
  const { url, edge } = await startEdge({
    streamComplete: async function* () {
      yield makeText(1n, "a".repeat(100_000));
    },
    limits: { clientStallTimeoutMs: 200 },
  });
  const session = connect(url, { settings: { initialWindowSize: 50_000 } });
  onTestFinished(() => session.destroy());
  const stream = requestStream(session);
  stream.on("response", () => stream.pause());
  await expect.poll(() => edge.callCount).toBe(1);
  await expect.poll(() => edge.callCount).toBe(0);
  expect(stream.readableEnded).toBe(false);
});

test("thousands of resets on one connection leave its other streams alone", async () => {
  const finish = Promise.withResolvers<void>();
  const { url, edge } = await startEdge({
    streamComplete: async function* (_request, { signal }) {
      yield makeText(1n, "Once ");
      await Promise.race([finish.promise, aborted(signal)]);
      yield makeText(2n, "upon a time.");
    },
  });
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const steady = requestStream(session);
  const received: Buffer[] = [];
  steady.on("data", (chunk: Buffer) => received.push(chunk));
  let goneAway = false;
  session.on("goaway", () => {
    goneAway = true;
  });
  for (let round = 0; round < 30; round += 1) {
    const streams = Array.from({ length: 100 }, () => requestStream(session));
    const closed = streams.map((stream) => new Promise((resolve) => stream.once("close", resolve)));
    await new Promise((resolve) => streams.at(-1)?.once("response", resolve));
    for (const stream of streams) stream.resume().close(constants.NGHTTP2_CANCEL);
    await Promise.all(closed);
  }
  await expect.poll(() => edge.callCount).toBe(1);
  finish.resolve();
  await new Promise((resolve) => {
    steady.on("end", resolve);
  });
  expect(Buffer.concat(received).toString()).toMatch(/Once [^]*upon a time\./);
  expect(goneAway).toBe(false);
});

test("a connection that never says its first bytes is closed", async () => {
  const { port } = await startEdge({ limits: { headerTimeoutMs: 100 } });
  const socket = connectTcp(port, "127.0.0.1");
  socket.write("PRI * HT");
  await new Promise((resolve) => {
    socket.on("close", resolve);
  });
});

test.each(["", "PRI * HT"])("a connection that its client closes after %j is closed at once", async (beginning) => {
  const { port } = await startEdge({ limits: { headerTimeoutMs: 600_000 } });
  const socket = connectTcp(port, "127.0.0.1");
  socket.end(beginning);
  await new Promise((resolve) => {
    socket.on("close", resolve);
  });
});

test("a preface and a request that come byte by byte are understood", async () => {
  const { port } = await startEdge();
  const socket = connectTcp(port, "127.0.0.1");
  socket.setNoDelay(true);
  for (const byte of "PUT / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") {
    socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1.1 404/);
});

test("a peer that stops answering pings is cut off", async () => {
  const { port } = await startEdge({ limits: { pingIntervalMs: 50, pingTimeoutMs: 50 } });
  const socket = connectTcp(port, "127.0.0.1");
  const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), emptySettings]));
  socket.resume();
  await new Promise((resolve) => {
    socket.on("close", resolve);
  });
});

test("a client that answers pings stays connected", async () => {
  const { url } = await startEdge({ limits: { pingIntervalMs: 20, pingTimeoutMs: 500 } });
  const session = connect(url);
  onTestFinished(() => session.destroy());
  let pingCount = 0;
  session.on("ping", () => {
    pingCount += 1;
  });
  await expect.poll(() => pingCount).toBeGreaterThan(3);
  expect(session.closed).toBe(false);
});

test.each([
  ["before the first event", false],
  ["while the service is busy", true],
])("a client whose HTTP/2 connection closes %s ends the call at once", async (_, afterText) => {
  const service = waits(afterText);
  const { port, edge } = await startEdge(service);
  const socket = connectTcp(port, "127.0.0.1");
  const session = connect("http://127.0.0.1", { createConnection: () => socket });
  session.on("error", () => {});
  const headers = { ":method": "POST", "content-type": "application/connect+json" };
  const stream = session.request({ ...headers, ":path": "/understudy.v1.CompletionService/StreamComplete" });
  stream.on("error", () => {});
  stream.end(Buffer.from("\x00\x00\x00\x00\x02{}"));
  await service.started;
  socket.destroy();
  await service.ended;
  await expect.poll(() => edge.callCount).toBe(0);
});

test("a request that comes byte by byte is refused, however small it is", async () => {
  const { url } = await startEdge();
  const session = connect(url);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": "/understudy.v1.CompletionService/StreamComplete",
    "content-type": "application/grpc",
  });
  stream.on("error", () => {});
  const told = new Promise<unknown>((resolve) => {
    stream.on("response", ({ "grpc-message": message }) => message !== undefined && resolve(message));
    stream.on("trailers", ({ "grpc-message": message }) => resolve(message));
  });
  stream.resume();
  stream.write(Buffer.from([0, 0, 1, 0, 0]));
  // One in a turn: the client's library puts those of a turn together.
  const trickle = (): void => {
    if (stream.closed) return;
    stream.write("a");
    setImmediate(trickle);
  };
  trickle();
  expect(await told).toContain("too many pieces");
});
