/** `understudy routes --watch`: shows the routes live until Ctrl-C. */

import type { Server } from "./connect-server.ts";
import type { Output } from "./output.ts";
import { createRoutesJsonView } from "./routes-json-view.ts";
import { createRoutesLogView } from "./routes-log-view.ts";
import { createRoutesTableView } from "./routes-table-view.ts";
import type { RoutesView } from "./routes-view.ts";
import type { Terminal } from "./terminal.ts";

/** Runs until the signal is aborted or the server ends the stream. */
export async function watchRoutes(
  server: Server,
  options: { readonly json?: boolean | undefined },
  { out }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const view = createView(out, options.json === true);
  try {
    for await (const { routes } of server.routes.watchRoutes({}, { signal })) await view.show(routes);
  } finally {
    view.end();
  }
}

function createView(out: Output, json: boolean): RoutesView {
  if (json) return createRoutesJsonView(out);
  return out.isTerminal ? createRoutesTableView(out) : createRoutesLogView(out);
}
