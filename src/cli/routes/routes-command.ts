/** `understudy routes`: shows the routes as they are now, or live until Ctrl-C. */

import { toJson } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { type Route, RouteSchema } from "../../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Server } from "../client/connect-server.ts";
import { listPages, pageSize } from "../client/list-pages.ts";
import { type ClientOptions, runClient } from "../client/run-client.ts";
import type { EndWith } from "../exit-code.ts";
import { addClientOptions } from "../shared-options.ts";
import type { Output, Terminal } from "../terminal/terminal.ts";
import { formatRoutes } from "./routes-table.ts";
import { createRoutesTableView } from "./routes-table-view.ts";
import { createRoutesJsonView, createRoutesLogView, type RoutesView } from "./routes-view.ts";

const examples = `
Examples:
  understudy routes
  understudy routes --watch                 live on a terminal, one line per change when piped
  understudy routes --json | jq .availability.state`;

/** Adds the command to the program. */
export function addRoutesCommand(program: Command, terminal: Terminal, endWith: EndWith): void {
  const command = program
    .command("routes")
    .description("show the routes: availability, breaker, load")
    .option("--watch", "go on showing changes until Ctrl-C")
    .option("--json", "show routes as JSON, one a line");
  addClientOptions(command)
    .addHelpText("after", examples)
    .action(async (options: ClientOptions & { readonly watch?: boolean }) => {
      const show = options.watch ? watchRoutes : listRoutes;
      endWith(await runClient(terminal, options, (server, signal) => show(server, options, terminal, signal)));
    });
}

/** Shows a table, or one JSON object a line. */
async function listRoutes(
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

/** Runs until the signal is aborted or the server ends the stream. */
async function watchRoutes(
  server: Server,
  options: { readonly json?: boolean | undefined },
  { out }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const view = createView(out, options.json === true);
  try {
    for await (const { routes, removedRoutes } of server.routes.watchRoutes({}, { signal })) {
      await view.show(routes, removedRoutes);
    }
  } finally {
    view.end();
  }
}

function createView(out: Output, json: boolean): RoutesView {
  if (json) return createRoutesJsonView(out);
  return out.isTerminal ? createRoutesTableView(out) : createRoutesLogView(out);
}
