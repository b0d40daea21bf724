/** Tells HTTP/2 from HTTP/1.1 by the first bytes of a cleartext connection. */

import type { Socket } from "node:net";

/** The beginning of every HTTP/2 connection (RFC 9113, 3.4), and of no HTTP/1.1 request. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n");

/**
 * Calls `decide` once with whether the peer speaks HTTP/2, and the bytes that tell it, to be put back. Destroys the
 * socket if they do not come within `timeoutMs`, or the peer closes before that.
 */
export function sniffPreface(
  socket: Socket,
  timeoutMs: number,
  decide: (isHttp2: boolean, head: Buffer) => void,
): void {
  const giveUp = (): void => void socket.destroy();
  const timer = setTimeout(giveUp, timeoutMs);
  const leave = (): void => {
    clearTimeout(timer);
    socket.off("readable", onReadable);
    socket.off("close", leave);
    socket.off("error", giveUp);
    socket.off("end", giveUp);
  };
  let head: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    head = Buffer.concat([head, bytes]);
    const length = Math.min(head.length, PREFACE.length);
    const matches = PREFACE.subarray(0, length).equals(head.subarray(0, length));
    if (matches && length < PREFACE.length) return;
    leave(); // before the bytes are put back: they are readable again at once, which would call this for ever
    decide(matches, head);
  };
  socket.on("error", giveUp);
  // Accepted for HTTP/1.1, where half a connection is enough for an answer, it would not close by itself.
  socket.on("end", giveUp);
  socket.on("close", leave);
  socket.on("readable", onReadable);
}
