/** `understudy reload`: lets a server load its configuration anew. */

import { toJson } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import {
  type ReloadConfigurationResponse,
  ReloadConfigurationResponseSchema,
} from "../../gen/ts/understudy/v1/admin_service_pb.ts";
import { type ClientOptions, runClient } from "./client/run-client.ts";
import type { EndWith } from "./exit-code.ts";
import { addClientOptions } from "./shared-options.ts";
import { formatPrintable } from "./terminal/shown-text.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** Adds the command to the program. */
export function addReloadCommand(program: Command, terminal: Terminal, endWith: EndWith): void {
  const command = program
    .command("reload")
    .description("let a server load its configuration anew; running calls keep theirs")
    .option("--json", "show what changed as JSON");
  addClientOptions(command).action(async (options: ClientOptions) => {
    const code = await runClient(terminal, options, async ({ admin }, signal) => {
      const response = await admin.reloadConfiguration({}, { signal });
      const lines = options.json
        ? [JSON.stringify(toJson(ReloadConfigurationResponseSchema, response))]
        : describeReload(response).map(formatPrintable);
      await terminal.out.write(lines.map((line) => `${line}\n`).join(""));
    });
    endWith(code);
  });
}

/** A line for each change, each warning, and each change that has to wait. */
function describeReload(response: ReloadConfigurationResponse): string[] {
  const { generation, changes, restartNeeded, warnings, since } = response;
  const loaded = since === undefined ? "" : `; it was loaded at ${timestampDate(since).toISOString()}`;
  return [
    ...(changes.length === 0 ? ["nothing changed"] : changes),
    ...restartNeeded.map((field) => `${field}: changed, and comes to effect when the server starts again`),
    ...warnings.map((warning) => `warning: ${warning}`),
    `configuration ${generation} is in force${loaded}`,
  ];
}
