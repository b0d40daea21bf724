/** What an upstream may make of HTTP. */

import { gzipSync } from "node:zlib";

import { DONE, ONCE, STOP, TALE, TALE_TEXT, UPON } from "./chat-events.ts";
import { type Hostile, makeHead, pour } from "./hostile-upstream.ts";

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Answers with these bytes and closes. */
function says(...parts: readonly (string | Buffer)[]): NonNullable<Hostile["answer"]> {
  return (socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

/** Answers with `beginning` and then with `piece` for ever. */
function pours(beginning: string, piece: string): NonNullable<Hostile["answer"]> {
  return (socket) => {
    socket.write(beginning);
    pour(socket, piece.repeat(Math.ceil((64 * KIBIBYTE) / piece.length)));
  };
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

const chunkedHead = makeHead("transfer-encoding: chunked");
const LAST_CHUNK = "0\r\n\r\n";
const manyHeaders = Array.from({ length: 10_000 }, (_, index) => `x-${index}: 1`);

export const hostileResponses: readonly Hostile[] = [
  { does: "answers with random bytes", answer: says(Buffer.from(Array.from({ length: 4_096 }, (_, at) => at * 167))) },
  { does: "answers with an endless status line", answer: pours("HTTP/1.1 200 ", "OK ") },
  { does: "answers with an endless header", answer: pours("HTTP/1.1 200 OK\r\nx-long: ", "a") },
  { does: "answers with endless headers", answer: pours("HTTP/1.1 200 OK\r\n", "x-more: 1\r\n") },
  { does: "answers with 10,000 headers", answer: says(makeHead(...manyHeaders), TALE) },
  { does: "answers with hints for ever", answer: pours("", "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n") },
  { does: "answers 100 for ever", answer: pours("", "HTTP/1.1 100 Continue\r\n\r\n") },
  {
    does: "switches to another protocol",
    answer: says("HTTP/1.1 101 Switching Protocols\r\nupgrade: tale\r\nconnection: upgrade\r\n\r\n", TALE),
  },
  {
    does: "sends the call elsewhere",
    answer: says("HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"),
  },
  { does: "answers with a status of 999", answer: says(`HTTP/1.1 999 Odd\r\n\r\n${TALE}`) },
  { does: "answers with a status of two digits", answer: says(`HTTP/1.1 99 Odd\r\n\r\n${TALE}`) },
  { does: "answers that there is no content", answer: says("HTTP/1.1 204 No Content\r\n\r\n", TALE) },
  { does: "answers in HTTP/0.9", answer: says(TALE) },
  { does: "promises less than it sends", answer: says(makeHead(`content-length: ${ONCE.length}`) + TALE) },
  { does: "promises more than it sends", answer: says(makeHead("content-length: 100000") + ONCE) },
  { does: "promises a negative length", answer: says(makeHead("content-length: -1") + TALE) },
  { does: "promises a length of 2^64", answer: says(makeHead("content-length: 18446744073709551616") + TALE) },
  { does: "promises two lengths", answer: says(makeHead("content-length: 5", "content-length: 6") + TALE) },
  {
    does: "promises a length, and chunks",
    answer: says(makeHead("content-length: 5", "transfer-encoding: chunked") + chunk(TALE) + LAST_CHUNK),
  },
  { does: "begins a chunk of 2^64 bytes", answer: says(`${chunkedHead + chunk(ONCE)}10000000000000000\r\n`, UPON) },
  { does: "begins a chunk of no number", answer: says(`${chunkedHead + chunk(ONCE)}zz\r\n`, UPON) },
  { does: "begins a chunk of a negative size", answer: says(`${chunkedHead + chunk(ONCE)}-5\r\n`, UPON) },
  { does: "extends a chunk for ever", answer: pours(`${chunkedHead + chunk(ONCE)}5;`, "a=b;") },
  { does: "sends trailers for ever", answer: pours(`${chunkedHead + chunk(ONCE)}0\r\n`, "x-more: 1\r\n") },
  {
    does: "sends trailers that are no headers",
    text: TALE_TEXT,
    answer: says(`${chunkedHead + chunk(ONCE + UPON + STOP + DONE)}0\r\n\0\x01 : \r\n:::\r\n\r\n`),
  },
  {
    does: "packs a gibibyte of zeros",
    answer: says(makeHead("content-encoding: gzip"), gzipSync(Buffer.alloc(1_024 * MEBIBYTE))),
  },
];

/** Upstreams that answer again on a connection that may wait for the next call by then. */
export const answersTwice: readonly Hostile[] = [0, 50].map((laterMs) => ({
  does: `answers twice, ${laterMs} ms apart`,
  text: TALE_TEXT,
  answer(socket, count) {
    socket.write(makeWhole(TALE));
    if (count === 1) setTimeout(() => socket.write(makeWhole(TALE.replace("Once", "Late"))), laterMs);
  },
}));

function makeWhole(body: string): string {
  return makeHead(`content-length: ${body.length}`) + body;
}
