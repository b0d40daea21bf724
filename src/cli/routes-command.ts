/** Declares `understudy routes`. */

import type { Command } from "commander";
import { addClientOptions } from "./add-client-options.ts";
import type { EndWith } from "./end-with.ts";
import { listRoutes } from "./list-routes.ts";
import { type ClientOptions, runClient } from "./run-client.ts";
import type { Terminal } from "./terminal.ts";
import { watchRoutes } from "./watch-routes.ts";

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
