/** What an upstream may do with its connections. */

import { ONCE, TALE, TALE_TEXT } from "./chat-events.ts";
import { type Hostile, makeHead, pour } from "./hostile-upstream.ts";

export const hostileConnections: readonly Hostile[] = [
  { does: "resets each connection at once", greet: (socket) => void socket.resetAndDestroy() },
  { does: "closes each connection at once", greet: (socket) => void socket.end() },
  { does: "resets the connection when the request has come", answer: (socket) => void socket.resetAndDestroy() },
  { does: "closes the connection when the request has come", answer: (socket) => void socket.end() },
  { does: "takes the request and says nothing" },
  { does: "talks before it is asked, without an end", greet: (socket) => pour(socket, "HTTP/1.1 200 OK\r\n\r\n") },
  {
    // The connection is new, so that nobody else's answer can be meant.
    does: "answers before it is asked",
    text: TALE_TEXT,
    greet: (socket) => void socket.write(makeHead(`content-length: ${TALE.length}`) + TALE),
  },
  {
    does: "resets in the middle of a delta",
    answer(socket) {
      const half = `${makeHead() + ONCE}data: {"choices":[{"del`;
      // The reset would overtake what is still to be written.
      socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), 200));
    },
  },
  {
    does: "never closes after the end",
    text: TALE_TEXT,
    answer: (socket) => void socket.write(makeHead() + TALE),
  },
  {
    does: "goes on talking after the end",
    text: TALE_TEXT,
    answer(socket) {
      socket.write(makeHead() + TALE);
      pour(socket, ONCE.repeat(100));
    },
  },
];
