/** What an upstream may make of a stream of events. */

import { DONE, makeChunk, ONCE, STOP, TALE, TALE_TEXT, UPON } from "./chat-events.ts";
import { drip, type Hostile, makeHead, pour } from "./hostile-upstream.ts";

const MEBIBYTE = 1024 * 1024;

/** Answers with this stream and closes. */
export function streams(...parts: readonly (string | Buffer)[]): NonNullable<Hostile["answer"]> {
  return (socket) => {
    socket.write(makeHead());
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

/** Answers with `piece` for ever after the beginning of a tale. */
function pours(piece: string): NonNullable<Hostile["answer"]> {
  return (socket) => {
    socket.write(makeHead() + ONCE);
    pour(socket, piece);
  };
}

const badUtf8 = Buffer.from(makeChunk({ content: "Once?" }).replace("?", "\xff\xc0\xaf"), "latin1");

export const hostileStreams: readonly Hostile[] = [
  { does: "streams a line without an end", answer: pours("x".repeat(MEBIBYTE / 16)) },
  { does: "streams an event of 100 MB", answer: streams("data: ", ...Array(100).fill("x".repeat(1_000_000)), "\n\n") },
  {
    does: "streams an event of 100 MB in lines",
    answer: streams(...Array(100_000).fill(`data: ${"x".repeat(1_000)}\n`), "\n"),
  },
  {
    does: "streams a million events without content",
    answer: streams(...Array(1_000).fill("data: {}\n\n".repeat(1_000))),
  },
  { does: "streams a million events of no form", answer: streams(...Array(1_000).fill("data\n\n".repeat(1_000))) },
  { does: "streams comments for ever", answer: pours(": ping\n\n".repeat(1_000)) },
  { does: "streams events without content for ever", answer: pours(makeChunk({}).repeat(100)) },
  { does: "streams NUL bytes for ever", answer: pours("\0".repeat(MEBIBYTE / 16)) },
  {
    does: "streams NUL bytes between events",
    answer: streams(`${ONCE}\0\0\n\n${UPON}${STOP}${DONE}`),
    text: TALE_TEXT,
  },
  { does: "streams what is no UTF-8", answer: streams(badUtf8, STOP, DONE), text: "Once\uFFFD\uFFFD\uFFFD" },
  { does: "streams text after the end", answer: streams(TALE, UPON, STOP, DONE), text: TALE_TEXT },
  { does: "ends in the middle of an event", answer: streams(ONCE, UPON.slice(0, 20)) },
  { does: "ends without an end", answer: streams(ONCE, UPON) },
  { does: "ends before the first event", answer: streams() },
  { does: "streams a byte now and then", answer: (socket) => drip(socket, makeHead() + TALE, 250) },
  { does: "ends its lines with CR", answer: streams(TALE.replaceAll("\n", "\r")), text: TALE_TEXT },
  { does: "ends an event with broken JSON", answer: streams(ONCE, "data: {\n\n", UPON, STOP, DONE) },
];
