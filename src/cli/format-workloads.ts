/** Writes workloads as a table. */

import {
  RouteApproval_State as ApprovalState,
  RouteApproval_StateSchema as ApprovalStateSchema,
  type Workload,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import { formatTable, type TableOptions } from "./format-table.ts";

/** Approvals that a backup does not need to be told of. */
const IN_ORDER: ReadonlySet<ApprovalState> = new Set([ApprovalState.APPROVED, ApprovalState.NOT_REQUIRED]);

/** Returns lines: headings, then one line a workload. A backup whose approval is not in order says so. */
export function formatWorkloads(workloads: readonly Workload[], options: TableOptions): string[] {
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
