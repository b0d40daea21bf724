/** Sends one request as bytes, over either version of HTTP, and leaves when it is told to. */

import { once } from "node:events";
import { request as requestHttp1 } from "node:http";
import { connect, constants } from "node:http2";

export type HttpVersion = "HTTP/1.1" | "HTTP/2";

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the end of the body is never sent. */
  readonly unfinished: boolean;
}

export interface RawCall {
  /** Resolves when the first bytes of the answer's body have come, and reads nothing more. */
  answered(): Promise<unknown>;
  /** Goes away: resets the stream, or closes the connection. */
  leave(): void;
  /** Reads the answer to its end; resolves when the exchange is over, however. */
  read(): Promise<void>;
}

/** Sends a request to `http://127.0.0.1:PORT`. */
export function sendRaw(url: string, version: HttpVersion, request: RawRequest): RawCall {
  return version === "HTTP/2" ? sendHttp2(url, request) : sendHttp1(url, request);
}

function sendHttp1(url: string, { method, path, headers, body, unfinished }: RawRequest): RawCall {
  const sent = requestHttp1(`${url}${path}`, { method, headers, agent: false });
  sent.on("error", () => {});
  const closed = new Promise((resolve) => sent.once("close", resolve));
  const response = once(sent, "response").then(([incoming]) => incoming);
  response.catch(() => {}); // A call that is left may never have one.
  if (unfinished) sent.write(body);
  else sent.end(body);
  return {
    answered: () => response.then((incoming) => once(incoming, "readable")),
    leave: () => sent.destroy(),
    async read() {
      void response.then((incoming) => incoming.on("error", () => {}).resume()).catch(() => {});
      await closed;
    },
  };
}

function sendHttp2(url: string, { method, path, headers, body, unfinished }: RawRequest): RawCall {
  const session = connect(url);
  session.on("error", () => {});
  const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: false });
  stream.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    stream.once("close", () => {
      session.destroy();
      resolve();
    });
  });
  if (unfinished) stream.write(body);
  else stream.end(body);
  return {
    answered: () => once(stream, "readable"),
    // A stream whose body is not at its end would be ended before it is reset.
    leave: () => (unfinished ? session.destroy() : stream.close(constants.NGHTTP2_CANCEL)),
    async read() {
      stream.resume();
      await closed;
    },
  };
}
