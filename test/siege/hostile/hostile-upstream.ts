/** An upstream that means harm: it has every byte of its answers in its own hands. */

import { createServer, type Socket } from "node:net";

export interface Hostile {
  /** Completes the sentence "an upstream that ...". */
  readonly does: string;
  /** Default `openai-chat`. */
  readonly dialect?: "anthropic-messages";
  /** Answers a request that has come; `count` is 1 for the first one of all. Default nothing. */
  readonly answer?: (socket: Socket, count: number) => void;
  /** Meets a connection before anything came over it. Default waits. */
  readonly greet?: (socket: Socket) => void;
  /** The text that the caller gets in the end. Default that of the backup alone. */
  readonly text?: string;
}

export interface HostileUpstream extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The paths of the requests that came. */
  readonly paths: readonly string[];
}

/** Starts the upstream. */
export async function startHostileUpstream(hostile: Hostile): Promise<HostileUpstream> {
  const sockets = new Set<Socket>();
  const paths: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // The gateway closes what it cannot use.
    hostile.greet?.(socket);
    readRequests(socket, (path) => {
      paths.push(path);
      hostile.answer?.(socket, paths.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    paths,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Calls `take` with the path of each request when its body has come. */
function readRequests(socket: Socket, take: (path: string) => void): void {
  let unread = "";
  socket.on("data", (bytes: Buffer) => {
    unread += bytes.toString("latin1");
    for (;;) {
      const headEnd = unread.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const end = headEnd + 4 + Number(/content-length: (\d+)/iu.exec(unread)?.[1] ?? 0);
      if (unread.length < end) return;
      const path = unread.split(" ", 2)[1] ?? "";
      unread = unread.slice(end);
      take(path);
    }
  });
}

/** The head of an event stream, with further header lines. */
export function makeHead(...lines: readonly string[]): string {
  return `${["HTTP/1.1 200 OK", "content-type: text/event-stream", ...lines].join("\r\n")}\r\n\r\n`;
}

/** Writes `piece` again and again, as fast as it is taken, until the connection is closed. */
export function pour(socket: Socket, piece: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", more);
  more();
}

/** Writes one byte after the other, with a rest of `intervalMs` between them, until the connection is closed. */
export function drip(socket: Socket, text: string, intervalMs: number): void {
  let written = 0;
  const timer = setInterval(() => {
    socket.write(text.charAt(written));
    written += 1;
  }, intervalMs);
  socket.on("close", () => clearInterval(timer));
}
