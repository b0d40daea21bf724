/** Opens the place of the log so that writing there never waits. */

import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";

import type { Sink } from "./log-writer.ts";

/** Most bytes that wait in a socket for its reader; then nothing more is taken. */
const MAX_UNSENT_BYTES = 64 * 1024;

/**
 * Opens a descriptor of this process, as stderr is one. A write to a pipe or a terminal that nobody reads would stop
 * the whole process, so these are opened once more for this process alone, without waiting; the mode of a descriptor
 * is shared with whoever else has it. Where that is not possible the pipe is left to the event loop, as a socket is.
 */
export function openSink(descriptor: number): Sink {
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return (bytes) => writeSync(descriptor, bytes);
  if (!stats.isSocket()) {
    const opened = openAgain(descriptor);
    if (opened !== undefined) return (bytes) => writeSync(opened, bytes);
    if (!stats.isFIFO()) return (bytes) => writeSync(descriptor, bytes);
  }
  return createSocketSink(descriptor);
}

function openAgain(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND);
  } catch {
    return undefined; // another system, or another user's pipe
  }
}

function createSocketSink(descriptor: number): Sink {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  // A reader that went away is found by the next write.
  socket.on("error", () => {});
  socket.unref();
  return (bytes) => {
    if (socket.destroyed) throw new Error("the reader of the log went away");
    if (socket.writableLength > MAX_UNSENT_BYTES) return 0;
    // The writer goes on with its own bytes.
    socket.write(Uint8Array.from(bytes));
    return bytes.byteLength;
  };
}
