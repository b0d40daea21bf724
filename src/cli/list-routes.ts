/** `understudy routes`: shows the routes as they are now. */

import { toJson } from "@bufbuild/protobuf";
import { type Route, RouteSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Server } from "./connect-server.ts";
import { formatRoutes } from "./format-routes.ts";
import { listPages, pageSize } from "./list-pages.ts";
import type { Terminal } from "./terminal.ts";

/** Shows a table, or one JSON object a line. */
export async function listRoutes(
  server: Server,
  options: { readonly json?: boolean | undefined },
  { out }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const routes: Route[] = [];
  const fetchPage = (pageToken: string) => server.routes.listRoutes({ pageSize, pageToken }, { signal });
  for await (const page of listPages(fetchPage)) routes.push(...page.routes);
  const lines = options.json
    ? routes.map((route) => JSON.stringify(toJson(RouteSchema, route)))
    : formatRoutes(routes, Date.now(), { paint: out.paint });
  await out.write(lines.map((line) => `${line}\n`).join(""));
}
