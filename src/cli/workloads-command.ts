/** `understudy workloads`: shows the configured workloads with their routes. */

import { toJson } from "@bufbuild/protobuf";
import type { Command } from "commander";
import {
  RouteApproval_State as ApprovalState,
  RouteApproval_StateSchema as ApprovalStateSchema,
  type Workload,
  WorkloadSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import type { Server } from "./client/connect-server.ts";
import { listPages, pageSize } from "./client/list-pages.ts";
import { type ClientOptions, runClient } from "./client/run-client.ts";
import type { EndWith } from "./exit-code.ts";
import { addClientOptions } from "./shared-options.ts";
import { formatTable, type TableOptions } from "./terminal/table.ts";
import type { Terminal } from "./terminal/terminal.ts";

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

/** Shows a table, or one JSON object a line. */
async function listWorkloads(
  server: Server,
  options: { readonly json?: boolean | undefined },
  { out }: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const workloads: Workload[] = [];
  const fetchPage = (pageToken: string) => server.routes.listWorkloads({ pageSize, pageToken }, { signal });
  for await (const page of listPages(fetchPage)) workloads.push(...page.workloads);
  const lines = options.json
    ? workloads.map((workload) => JSON.stringify(toJson(WorkloadSchema, workload)))
    : formatWorkloads(workloads, { paint: out.paint });
  await out.write(lines.map((line) => `${line}\n`).join(""));
}

/** Approvals that a backup does not need to be told of. */
const IN_ORDER: ReadonlySet<ApprovalState> = new Set([ApprovalState.APPROVED, ApprovalState.NOT_REQUIRED]);

/** Returns lines: headings, then one line a workload. A backup whose approval is not in order says so. */
function formatWorkloads(workloads: readonly Workload[], options: TableOptions): string[] {
  const rows = workloads.map((workload) => [
    workload.name,
    workload.routing?.primary ?? "",
    (workload.routing?.backups ?? []).map((backup) => formatBackup(backup, workload)).join(", "),
  ]);
  return formatTable(["WORKLOAD", "PRIMARY", "BACKUPS"], rows, options);
}

function formatBackup(name: string, { approvals }: Workload): string {
  const approval = approvals.find(({ route }) => route === name);
  if (approval === undefined || IN_ORDER.has(approval.state)) return name;
  return `${name} (approval ${enumWord(ApprovalStateSchema, approval.state)})`;
}
