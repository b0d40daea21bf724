/** Writes workloads as a table. */

import type { Workload } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { formatTable, type TableOptions } from "./format-table.ts";

/** Returns lines: headings, then one line a workload. */
export function formatWorkloads(workloads: readonly Workload[], options: TableOptions): string[] {
  const rows = workloads.map(({ name, routing }) => [
    name,
    routing?.primary ?? "",
    (routing?.backups ?? []).join(", "),
  ]);
  return formatTable(["WORKLOAD", "PRIMARY", "BACKUPS"], rows, options);
}
