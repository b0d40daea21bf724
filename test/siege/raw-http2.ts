/** A client of HTTP/2 that sends the frames that it is told to, in any order and of any form. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { FLAG, FRAME, type Frame, FrameReader, makeFrame, makeSettings, makeWords, PREFACE } from "./http2-frames.ts";

export interface RawHttp2 {
  readonly socket: Socket;
  /** Frames that came, by their type. */
  readonly frameCounts: Readonly<Record<number, number>>;
  /** RST_STREAM frames that came, by their error code. */
  readonly resetCounts: Readonly<Record<number, number>>;
  /** The error codes of the GOAWAY frames that came. */
  readonly goawayCodes: readonly number[];
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>;
  readonly isClosed: () => boolean;
  /** Calls `listener` for each frame that comes from now on. */
  onFrame(listener: (frame: Frame) => void): void;
  /** Resolves when the system has taken the bytes, or the connection is closed. */
  send(...frames: readonly Buffer[]): Promise<void>;
  /** Closes the connection at once. */
  readonly destroy: () => void;
}

export interface RawHttp2Options {
  /** The first SETTINGS frame. Default one without values. */
  readonly settings?: Buffer;
  /** Whether SETTINGS and PING frames are acknowledged. Default true. */
  readonly acknowledges?: boolean;
  /** Whether the server may send on when DATA has come. Default true. */
  readonly opensWindow?: boolean;
}

/** Connects to `port` of 127.0.0.1 and sends preface and settings. */
export async function connectRawHttp2(port: number, options: RawHttp2Options = {}): Promise<RawHttp2> {
  const { settings = makeSettings(), acknowledges = true, opensWindow = true } = options;
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  socket.on("error", () => {}); // To be cut off is part of the game.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const listeners: ((frame: Frame) => void)[] = [];
  const counts = createFrameCounts();
  const reader = new FrameReader();
  socket.on("data", (bytes: Buffer) => {
    for (const frame of reader.read(bytes)) {
      counts.count(frame);
      if (acknowledges && needsAck(frame)) socket.write(makeFrame(frame.type, FLAG.ack, 0, ackPayload(frame)));
      if (opensWindow) socket.write(reopenWindow(frame));
      for (const listener of listeners) listener(frame);
    }
  });
  socket.write(Buffer.concat([PREFACE, settings]));
  return {
    ...counts,
    socket,
    closed,
    isClosed: () => socket.closed,
    onFrame: (listener) => void listeners.push(listener),
    send: (...frames) => write(socket, Buffer.concat(frames), closed),
    destroy: () => void socket.destroy(),
  };
}

function createFrameCounts() {
  const frameCounts: Record<number, number> = {};
  const resetCounts: Record<number, number> = {};
  const goawayCodes: number[] = [];
  const count = ({ type, payload }: Frame): void => {
    frameCounts[type] = (frameCounts[type] ?? 0) + 1;
    if (type === FRAME.goaway) goawayCodes.push(payload.readUInt32BE(4));
    if (type !== FRAME.resetStream) return;
    const code = payload.readUInt32BE(0);
    resetCounts[code] = (resetCounts[code] ?? 0) + 1;
  };
  return { frameCounts, resetCounts, goawayCodes, count };
}

function needsAck({ type, flags }: Frame): boolean {
  return (type === FRAME.settings || type === FRAME.ping) && (flags & FLAG.ack) === 0;
}

function ackPayload({ type, payload }: Frame): Buffer {
  return type === FRAME.ping ? payload : Buffer.alloc(0);
}

/** The connection's window; that of a stream is large enough for a short answer. */
function reopenWindow({ type, payload }: Frame): Buffer {
  if (type !== FRAME.data || payload.length === 0) return Buffer.alloc(0);
  return makeFrame(FRAME.windowUpdate, 0, 0, makeWords(payload.length));
}

async function write(socket: Socket, bytes: Buffer, closed: Promise<void>): Promise<void> {
  if (socket.closed || socket.write(bytes)) return;
  await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
}
