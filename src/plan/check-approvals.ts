/** Finds the backups that nobody has approved. */

import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { Approvals } from "./approvals.ts";
import type { Finding } from "./check-routes.ts";

/** One finding for each configured backup whose approval is missing, stale or expired. */
export function checkApprovals({ workloads }: Config, approvals: Approvals): Finding[] {
  const effect = approvals.enforced ? "will be passed over" : "is used all the same";
  return Object.entries(workloads).flatMap(([name, { backups }]) =>
    backups.flatMap((backup, index) => {
      const { problem } = approvals.of(name, backup);
      if (problem === undefined) return [];
      const path = `workloads.${name}.backups[${index}]`;
      return { path, message: `${backup} ${effect}: ${problem.message}`, mend: problem.mend };
    }),
  );
}
