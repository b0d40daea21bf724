/** Tells the record of a call what the call asks for. */

import type { CallMarks, CallTrail } from "../call/call-context.ts";

/** Notes labels, and the workload if it is configured: any other name is text of the request. */
export function noteRequest(
  trail: CallTrail,
  { workload, labels = {} }: Pick<CallMarks, "workload"> & Partial<CallMarks>,
  workloads: Readonly<Record<string, unknown>>,
): void {
  trail.asked({ workload: Object.hasOwn(workloads, workload) ? workload : "", labels });
}
