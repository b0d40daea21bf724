/** Opens a server for the processes of the bench. */

import { once } from "node:events";
import type { Server } from "node:net";

/** Listens on a free port and says on stdout where, in the words of the gateway. */
export async function serveLocally(server: Server): Promise<void> {
  // Two thousand streams are opened at once.
  server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  process.stdout.write(`listening on http://127.0.0.1:${address.port}\n`);
}
