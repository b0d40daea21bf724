/** A local HTTP server in the place of a vendor. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface ServedUpstream extends AsyncDisposable {
  readonly endpoint: string;
  /** Number of connections that are open. */
  openConnections(): Promise<number>;
}

/** Serves until disposed. */
export async function servesUpstream(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ServedUpstream> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with an event stream in one piece. */
export function streams(body: Buffer | string): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_1" });
    response.end(body);
  };
}
