/** Finds a workload by its name. */

import type { Workload } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { makeNotConfigured } from "../call/not-configured.ts";

/** The workload of a name. Throws `CallRefused` if it is not configured. */
export function findWorkload(name: string, workloads: Readonly<Record<string, Workload>>): Workload {
  const workload = Object.hasOwn(workloads, name) ? workloads[name] : undefined;
  if (workload === undefined) throw makeNotConfigured("workload", name, Object.keys(workloads));
  return workload;
}
