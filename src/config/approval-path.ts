/** Says where approvals are. */

import { dirname, join, resolve } from "node:path";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";

/** The folder's name if the configuration gives none. */
const USUAL_FOLDER = "approvals";

/** Path of the folder of approvals. A relative one begins at the folder of the configuration `file`. */
export function approvalsFolder(config: Config, file: string): string {
  return resolve(dirname(file), config.approvals || USUAL_FOLDER);
}

/** Path of one approval: `WORKLOAD.ROUTE.yaml`, with what a file's name cannot hold written as `%2F`. */
export function approvalPath(folder: string, workload: string, route: string): string {
  return join(folder, `${encodeURIComponent(workload)}.${encodeURIComponent(route)}.yaml`);
}
