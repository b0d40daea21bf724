/** Stands between a client and a server, and breaks their connections on demand. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Relay {
  readonly port: number;
  /** Breaks what is open. New connections are passed on again. */
  breakConnections(): void;
  close(): void;
}

/** Passes connections on to a port of 127.0.0.1. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}); // a broken connection is what this is for
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the relay has no port");
  const breakConnections = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    breakConnections,
    close() {
      server.close();
      breakConnections();
    },
  };
}
