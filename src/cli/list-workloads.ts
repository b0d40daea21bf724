/** `understudy workloads`: shows the configured workloads with their routes. */

import { toJson } from "@bufbuild/protobuf";
import { type Workload, WorkloadSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Server } from "./connect-server.ts";
import { formatWorkloads } from "./format-workloads.ts";
import { listPages, pageSize } from "./list-pages.ts";
import type { Terminal } from "./terminal.ts";

/** Shows a table, or one JSON object a line. */
export async function listWorkloads(
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
