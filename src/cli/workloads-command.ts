/** Declares `understudy workloads`. */

import type { Command } from "commander";
import { addClientOptions } from "./add-client-options.ts";
import type { EndWith } from "./end-with.ts";
import { listWorkloads } from "./list-workloads.ts";
import { type ClientOptions, runClient } from "./run-client.ts";
import type { Terminal } from "./terminal.ts";

/** Adds the command to the program. */
export function addWorkloadsCommand(program: Command, terminal: Terminal, endWith: EndWith): void {
  const command = program
    .command("workloads")
    .description("show the configured workloads with their primary and backups")
    .option("--json", "show workloads as JSON, one a line");
  addClientOptions(command).action(async (options: ClientOptions) => {
    endWith(await runClient(terminal, options, (server, signal) => listWorkloads(server, options, terminal, signal)));
  });
}
