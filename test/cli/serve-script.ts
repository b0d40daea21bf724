/** A server that answers as the test says. */

import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { CompletionService } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { RouteService } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { listenLocally } from "./listen-locally.ts";

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
}

export async function serveScript(
  completion: Partial<ServiceImpl<typeof CompletionService>>,
  routes: Partial<ServiceImpl<typeof RouteService>> = {},
): Promise<ScriptedServer> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => router.service(CompletionService, completion).service(RouteService, routes),
    }),
  );
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  const url = await listenLocally(server);
  return {
    url,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
