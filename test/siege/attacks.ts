/** Attacks on the port. Where no key is named the attacker has none. */

import type { Attack } from "./besiege.ts";
import { keepAsking, keepOpen, keepWriting, open } from "./crowd.ts";
import { FLAG, FRAME, makeFrame, makeSettings, makeWords, PREFACE } from "./http2-frames.ts";
import { makeCallFields, makeCallHeaders, makeEnvelope } from "./raw-call.ts";
import { makeBomb, makeEmptyMessages, makeHttp1, makePrompt } from "./requests.ts";
import { ATTACKER_KEY } from "./start-target.ts";

const MEBIBYTE = 1024 * 1024;
const HEALTH = "/grpc.health.v1.Health";
const REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

const begin = Buffer.concat([PREFACE, makeSettings()]);
/** A window that no body fills. */
const widen = makeFrame(FRAME.windowUpdate, 0, 0, makeWords(2 ** 30));

/** Streams of one turn on one connection, each made by `make`. */
function onStreams(count: number, make: (streamId: number) => readonly Buffer[]): (turn: number) => Buffer {
  return (turn) => Buffer.concat(Array.from({ length: count }, (_, at) => make((turn * count + at) * 2 + 1)).flat());
}

/** Floods `count` HTTP/2 connections with streams. Closed ones are opened again. */
function floodStreams(count: number, piece: (turn: number) => Buffer): Attack["run"] {
  return ({ port }, signal) =>
    keepOpen(count, port, signal, (socket) => {
      socket.write(begin);
      void keepWriting(socket, signal, piece);
    });
}

/** Holds `count` HTTP/2 connections, each with what is sent once. */
function holdStreams(count: number, once: Buffer): Attack["run"] {
  return ({ port }, signal) =>
    keepOpen(count, port, signal, (socket) => void socket.write(Buffer.concat([begin, widen, once])));
}

const reset = (streamId: number): Buffer => makeFrame(FRAME.resetStream, 0, streamId, makeWords(8));

/** One-byte DATA frames of a message that says it has a mebibyte. */
function trickle(key?: string, path?: string): Attack["run"] {
  const prefix = makeEnvelope(Buffer.alloc(0), MEBIBYTE);
  const frames = Buffer.concat(Array.from({ length: 2_000 }, () => makeFrame(FRAME.data, 0, 1, Buffer.from("a"))));
  return async ({ port }, signal) => {
    const trickleOnce = async (): Promise<void> => {
      const socket = open(port, signal);
      socket.write(
        Buffer.concat([begin, makeCallHeaders(1, makeCallFields(key, path)), makeFrame(FRAME.data, 0, 1, prefix)]),
      );
      await keepWriting(socket, signal, () => frames);
    };
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!signal.aborted) await trickleOnce();
      }),
    );
  };
}

const watches = onStreams(200, (streamId) => [
  makeCallHeaders(streamId, makeCallFields(undefined, `${HEALTH}/Watch`)),
  makeFrame(FRAME.data, FLAG.endStream, streamId, makeEnvelope(Buffer.alloc(0))),
])(0);

/** Asks for the file of the API, which needs the most others. */
const fileQuestion = Buffer.concat([
  Buffer.from([0x1a, "understudy/v1/route_service.proto".length]),
  Buffer.from("understudy/v1/route_service.proto"),
]);

function asks(inFlight: number, request: Buffer): Attack["run"] {
  return ({ port }, signal) => keepAsking(inFlight, port, signal, request);
}

export const attacks: readonly Attack[] = [
  { does: "sends bombs of gzip", run: asks(16, makeHttp1({ body: makeBomb(64 * MEBIBYTE), encoding: "gzip" })) },
  {
    does: "sends bombs of gzip to health",
    run: asks(16, makeHttp1({ path: `${HEALTH}/Check`, body: makeBomb(64 * MEBIBYTE), encoding: "gzip" })),
  },
  {
    does: "sends bombs of gzip with a key",
    run: asks(16, makeHttp1({ body: makeBomb(64 * MEBIBYTE), encoding: "gzip", key: ATTACKER_KEY })),
  },
  {
    does: "sends a million empty messages with a key",
    run: asks(16, makeHttp1({ body: makeEmptyMessages(1_000_000), type: "application/proto", key: ATTACKER_KEY })),
  },
  {
    does: "asks health a question of 16 KiB of empty messages",
    run: asks(32, makeHttp1({ path: `${HEALTH}/Check`, body: makeEmptyMessages(8_192), type: "application/proto" })),
  },
  {
    does: "sends long prompts with a key",
    run: asks(16, makeHttp1({ body: makePrompt(15_000_000), key: ATTACKER_KEY })),
  },
  {
    does: "sends halves of requests",
    run: ({ port }, signal) =>
      keepOpen(1_000, port, signal, (socket) => {
        socket.write(makeHttp1({ body: Buffer.alloc(60_000, "["), length: 15 * MEBIBYTE }));
      }),
  },
  {
    does: "sends halves of requests with a key",
    run: ({ port }, signal) =>
      keepOpen(400, port, signal, (socket) => {
        socket.write(makeHttp1({ body: Buffer.alloc(60_000, "["), length: 15 * MEBIBYTE, key: ATTACKER_KEY }));
      }),
  },
  { does: "opens connections and says nothing", run: ({ port }, signal) => keepOpen(2_000, port, signal, () => {}) },
  { does: "asks without a key, as often as it can", run: asks(64, makeHttp1({ body: Buffer.from("{}") })) },
  {
    does: "resets calls",
    run: floodStreams(
      4,
      onStreams(200, (id) => [makeCallHeaders(id, makeCallFields()), reset(id)]),
    ),
  },
  {
    does: "resets questions of reflection",
    run: floodStreams(
      4,
      onStreams(200, (id) => [makeCallHeaders(id, makeCallFields(undefined, REFLECTION)), reset(id)]),
    ),
  },
  {
    does: "resets calls with a key",
    run: floodStreams(
      2,
      onStreams(50, (id) => [makeCallHeaders(id, makeCallFields(ATTACKER_KEY)), reset(id)]),
    ),
  },
  { does: "sends a call byte by byte", run: trickle() },
  { does: "sends a call byte by byte with a key", run: trickle(ATTACKER_KEY) },
  { does: "asks reflection byte by byte", run: trickle(undefined, REFLECTION) },
  { does: "watches health a thousand times", run: holdStreams(50, watches) },
  {
    does: "asks reflection for files",
    run: floodStreams(
      2,
      onStreams(8, (id) => [
        makeCallHeaders(id, makeCallFields(undefined, REFLECTION)),
        makeFrame(FRAME.data, FLAG.endStream, id, makeEnvelope(fileQuestion)),
      ]),
    ),
  },
];
