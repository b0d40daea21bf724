/** Requests of HTTP/1.1 that cost a server more than their sender, as bytes. */

import { gzipSync } from "node:zlib";

const SERVICE = "/understudy.v1.CompletionService";

export interface Http1Request {
  readonly path?: string;
  readonly key?: string | undefined;
  readonly type?: string;
  readonly encoding?: string;
  readonly body: Buffer;
  /** What the header says of the length. Default the truth. */
  readonly length?: number;
}

/** A request of HTTP/1.1. By default one for a whole answer, in JSON. */
export function makeHttp1(request: Http1Request): Buffer {
  const {
    path = `${SERVICE}/Complete`,
    key,
    type = "application/json",
    encoding,
    body,
    length = body.length,
  } = request;
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `content-type: ${type}`,
    `content-length: ${length}`,
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    ...(encoding === undefined ? [] : [`content-encoding: ${encoding}`]),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

/** Zeros that unpack to `bytes`. */
export function makeBomb(bytes: number): Buffer {
  return gzipSync(Buffer.alloc(bytes));
}

/** A protobuf request of so many empty messages, two bytes each. */
export function makeEmptyMessages(count: number): Buffer {
  return Buffer.alloc(count * 2, Buffer.from([0x1a, 0x00]));
}

/** A JSON request with a prompt of so many bytes. */
export function makePrompt(bytes: number): Buffer {
  const text = "a long story ".repeat(Math.ceil(bytes / 13));
  return Buffer.from(JSON.stringify({ workload: "quick", messages: [{ role: "ROLE_USER", text }] }));
}
