/** Requests that two readers of HTTP/1.1 may take apart differently. */

import { ATTACKER_KEY } from "./start-target.ts";

/** What is hidden in a body, and must not be taken for a request of its own. */
const HIDDEN = "GET /smuggled HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
const CALL = JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text: "To be?" }] });
const LINE = "POST /understudy.v1.CompletionService/Complete HTTP/1.1";
const FIELDS = ["host: 127.0.0.1", "content-type: application/json", `authorization: Bearer ${ATTACKER_KEY}`];

const H2C = ["connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABkAARAAAAAAAIAAAAA"];
const WEB_SOCKET = [
  "connection: Upgrade",
  "upgrade: websocket",
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
  "sec-websocket-version: 13",
];

export interface Smuggled {
  /** Completes the sentence "a request with ...". */
  readonly has: string;
  readonly text: string;
}

export interface Answered extends Smuggled {
  /** The statuses of all answers. */
  readonly statuses: readonly number[];
}

function makeHead(lines: readonly string[], line = LINE): string {
  return `${[line, ...FIELDS, ...lines].join("\r\n")}\r\n\r\n`;
}

function chunk(text: string, size = text.length.toString(16)): string {
  return `${size}\r\n${text}\r\n`;
}

const LAST = "0\r\n\r\n";
const CHUNKED = "transfer-encoding: chunked";
const length = (bytes: number | string): string => `content-length: ${bytes}`;
const calls = (lines: readonly string[], body = CALL + HIDDEN): string => makeHead(lines) + body;
/** A request whose body is another one. */
const hides = (line: string, ...lines: readonly string[]): string =>
  makeHead([...lines, length(HIDDEN.length)], line) + HIDDEN;
const chunkedBody = chunk(CALL) + LAST + HIDDEN;

/** Framing that no reader may guess at (RFC 9112, 6.3): one refusal, and the end of the connection. */
export const ambiguous: readonly Smuggled[] = [
  { has: "a length, and chunks", text: calls([length(4), CHUNKED], chunkedBody) },
  { has: "chunks, and a length", text: calls([CHUNKED, length(4)], chunkedBody) },
  { has: "a length of all, and chunks", text: calls([length(chunkedBody.length), CHUNKED], chunkedBody) },
  { has: "two lengths", text: calls([length(CALL.length), length(CALL.length + HIDDEN.length)]) },
  { has: "two lengths, the longer first", text: calls([length(CALL.length + HIDDEN.length), length(CALL.length)]) },
  { has: "the same length twice", text: calls([length(CALL.length), length(CALL.length)]) },
  { has: "a list of lengths", text: calls([length(`${CALL.length}, ${CALL.length}`)]) },
  { has: "a length with a plus", text: calls([length(`+${CALL.length}`)]) },
  { has: "a negative length", text: calls([length(-1)]) },
  { has: "a length in hexadecimal", text: calls([length(`0x${CALL.length.toString(16)}`)]) },
  { has: "a length of 2^64 and more", text: calls([length(`${2n ** 64n + BigInt(CALL.length)}`)]) },
  { has: "a length with a space inside", text: calls([length("1 2")]) },
  { has: "an empty length", text: calls([length("")]) },
  { has: "a length with letters behind", text: calls([length(`${CALL.length}a`)]) },
  { has: "a coding of no name", text: calls(["transfer-encoding: xchunked"], chunkedBody) },
  { has: "a coding of no name, and a length", text: calls(["transfer-encoding: xchunked", length(4)], chunkedBody) },
  { has: "a coding behind chunks", text: calls(["transfer-encoding: chunked, identity"], chunkedBody) },
  { has: "chunks twice", text: calls([CHUNKED, CHUNKED], chunkedBody) },
  { has: "chunks twice in a list", text: calls(["transfer-encoding: chunked, chunked"], chunkedBody) },
  { has: "chunks in quotes", text: calls(['transfer-encoding: "chunked"'], chunkedBody) },
  { has: "chunks behind a vertical tab", text: calls(["transfer-encoding: \x0bchunked"], chunkedBody) },
  { has: "chunks behind a NUL byte", text: calls(["transfer-encoding: \0chunked"], chunkedBody) },
  { has: "chunks on a folded line", text: calls(["transfer-encoding:\r\n chunked"], chunkedBody) },
  { has: "a length on a folded line", text: calls([`x-a: b\r\n ${length(CALL.length)}`]) },
  { has: "a space before the colon", text: calls([`content-length : ${CALL.length}`]) },
  { has: "a tab before the colon", text: calls([`transfer-encoding\t: chunked`], chunkedBody) },
  { has: "a space before the first name", text: makeHead([], `${LINE}\r\n transfer-encoding: chunked`) + chunkedBody },
  { has: "CR in a name", text: calls([`x\r-a: b`, length(CALL.length)]) },
  { has: "CR in a value", text: calls([`x-a: b\r${CHUNKED}`, length(CALL.length)]) },
  { has: "a NUL byte in a name", text: calls([`x\0a: b`, length(CALL.length)]) },
  { has: "a NUL byte in a value", text: calls([`x-a: \0b`, length(CALL.length)]) },
  { has: "a NUL byte in the path", text: makeHead([length(0)], "GET /\0 HTTP/1.1") + HIDDEN },
  { has: "LF as the end of a line", text: calls([`x-a: b\n${CHUNKED}`], chunkedBody) },
  {
    has: "LF as the end of the head",
    text: `${[LINE, ...FIELDS, length(CALL.length)].join("\r\n")}\n\n${CALL}${HIDDEN}`,
  },
  { has: "LF as every end of a line", text: calls([length(CALL.length)]).replaceAll("\r\n", "\n") },
  { has: "a line without a colon", text: calls(["content-length", length(CALL.length)]) },
  { has: "an empty name", text: calls([": b", length(CALL.length)]) },
  { has: "HTTP/0.9", text: `GET /healthz\r\n${HIDDEN}` },
  { has: "HTTP/1.2", text: makeHead([length(0)], "GET /healthz HTTP/1.2") + HIDDEN },
  { has: "HTTP/3.0", text: makeHead([length(0)], "GET /healthz HTTP/3.0") + HIDDEN },
  { has: "no host", text: `GET /healthz HTTP/1.1\r\n\r\n${HIDDEN}` },
  { has: "a tab in the first line", text: makeHead([length(0)], "GET\t/healthz\tHTTP/1.1") + HIDDEN },
  { has: "a space in the path", text: makeHead([length(0)], "GET /health z HTTP/1.1") + HIDDEN },
  { has: "a method of no letters", text: makeHead([length(0)], "G\xc9T /healthz HTTP/1.1") + HIDDEN },
];

const SIZE = CALL.length.toString(16);
const chunkSizes = [
  ["in the form of 0x", `0x${SIZE}`],
  ["with a plus", `+${SIZE}`],
  ["with a minus", `-${SIZE}`],
  ["behind a space", ` ${SIZE}`],
  ["of more than 2^64 bytes", `1${SIZE.padStart(16, "0")}`],
  ["with an underscore", "5_0"],
  ["without digits", ""],
  ["before a NUL byte", `${SIZE}\0`],
  ["before an extension with LF", `${SIZE};a\nb`],
  ["before LF", `${SIZE}\n`],
] as const;

/** Chunks of no form: the call is refused, and the connection ends. */
export const brokenChunks: readonly Smuggled[] = [
  ...chunkSizes.map(([what, size]) => ({
    has: `a chunk size ${what}`,
    text: calls([CHUNKED], chunk(CALL, size) + LAST + HIDDEN),
  })),
  { has: "LF as the ends of chunks", text: calls([CHUNKED], (chunk(CALL) + LAST).replaceAll("\r\n", "\n") + HIDDEN) },
  { has: "a chunk longer than its size", text: calls([CHUNKED], chunk(`${CALL}xx`, SIZE) + LAST + HIDDEN) },
  { has: "a trailer of no form", text: calls([CHUNKED], `${chunk(CALL)}0\r\n${HIDDEN}${HIDDEN}`) },
  {
    has: "a length among the trailers",
    text: calls([CHUNKED], `${chunk(CALL)}0\r\ncontent-length: 9\r\n\r\n${HIDDEN}`),
  },
];

/** Bodies whose length is plain: what they hide is nothing but a body, whether or not anybody reads it. */
export const plainBodies: readonly Answered[] = [
  { has: "a body to GET", text: hides("GET /healthz HTTP/1.1"), statuses: [200] },
  { has: "a body to HEAD", text: hides("HEAD /healthz HTTP/1.1"), statuses: [200] },
  { has: "a body of no JSON", text: hides(LINE), statuses: [400] },
  { has: "a body to nowhere", text: hides("POST /nowhere HTTP/1.1"), statuses: [404] },
  { has: "an unknown key", text: hides(LINE).replace(ATTACKER_KEY, "another"), statuses: [401] },
  { has: "an expectation", text: hides(LINE, "expect: 200-ok"), statuses: [417] },
  { has: "an expectation of 100", text: hides(LINE, "expect: 100-continue"), statuses: [100, 400] },
  { has: "an absolute target", text: hides("POST http://127.0.0.1/nowhere HTTP/1.1"), statuses: [404] },
  { has: "an absolute target elsewhere", text: hides("GET http://example.com/smuggled HTTP/1.1"), statuses: [404] },
  { has: "two hosts", text: hides("GET /healthz HTTP/1.1", "host: localhost"), statuses: [400] },
  { has: "an offer of h2c", text: hides("GET /healthz HTTP/1.1", ...H2C), statuses: [200] },
  { has: "an offer of a web socket", text: hides("GET /healthz HTTP/1.1", ...WEB_SOCKET), statuses: [200] },
];

/** Two requests, of which nobody can think otherwise: both are answered, the second with 404. */
export const pairs: readonly Smuggled[] = [
  { has: "a length", text: calls([length(CALL.length)]) },
  { has: "zeros before its length", text: calls([length(`000${CALL.length}`)]) },
  { has: "chunks", text: calls([CHUNKED], chunkedBody) },
  { has: "chunks in capitals", text: calls(["TRANSFER-ENCODING: CHUNKED"], chunkedBody) },
  { has: "an extension of a chunk", text: calls([CHUNKED], chunk(CALL, `${SIZE};a=b`) + LAST + HIDDEN) },
  { has: "zeros before the size of a chunk", text: calls([CHUNKED], chunk(CALL, `0000${SIZE}`) + LAST + HIDDEN) },
  { has: "a trailer", text: calls([CHUNKED], `${chunk(CALL)}0\r\nx-a: b\r\n\r\n${HIDDEN}`) },
  { has: "empty lines before it", text: `\r\n\r\n${calls([length(CALL.length)])}` },
];
