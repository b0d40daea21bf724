/** Calls a simulator over a bare socket, so that a test sees each byte and how the connection ended. */

import { connect, type Socket } from "node:net";

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body without the chunks' lengths. */
  readonly body: Buffer;
  readonly chunkCount: number;
  /** Whether the last chunk came, so that for HTTP the body is whole. */
  readonly isWhole: boolean;
  readonly end: "fin" | "rst";
}

/** A request whose answer is still coming. */
export interface RawCall {
  /** Everything that came before the connection ended. */
  readonly answer: Promise<RawAnswer>;
  /** Resolves when the body so far holds `text`. */
  read(text: string): Promise<void>;
  close(): void;
}

/** Starts a request. */
export function startRawCall(url: string, path: string, body: object): RawCall {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const json = JSON.stringify(body);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\nanthropic-version: 2023-06-01\r\nconnection: close\r\n` +
      `content-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  const answer = ended(socket).then((end) => ({ ...parse(Buffer.concat(received)), end }));
  return { answer, read: (text) => untilReceived(socket, received, text), close: () => socket.destroy() };
}

/** Sends a request and reads until the connection ends. */
export function rawCall(url: string, path: string, body: object): Promise<RawAnswer> {
  return startRawCall(url, path, body).answer;
}

function ended(socket: Socket): Promise<"fin" | "rst"> {
  return new Promise((resolve) => {
    socket.on("error", () => resolve("rst"));
    socket.on("end", () => resolve("fin"));
    socket.on("close", () => resolve("fin"));
  });
}

function untilReceived(socket: Socket, received: readonly Buffer[], text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (Buffer.concat(received).includes(text)) resolve();
    };
    socket.on("data", look);
    socket.on("close", () => reject(new Error(`the connection ended before ${JSON.stringify(text)} came`)));
    look();
  });
}

function parse(bytes: Buffer): Omit<RawAnswer, "end"> {
  const headEnd = bytes.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = headEnd < 0 ? [] : bytes.subarray(0, headEnd).toString().split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => [line.split(": ")[0]!, line.slice(line.indexOf(": ") + 2)]));
  return { status: Number(statusLine.split(" ")[1] ?? 0), headers, ...joinChunks(bytes.subarray(headEnd + 4)) };
}

function joinChunks(bytes: Buffer): { body: Buffer; chunkCount: number; isWhole: boolean } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const length = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16);
    if (Number.isNaN(length)) return { body: Buffer.concat(chunks), chunkCount: chunks.length, isWhole: false };
    if (length === 0) return { body: Buffer.concat(chunks), chunkCount: chunks.length, isWhole: true };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}
