/** Approves backups, and takes approvals back: `understudy approve`, `understudy revoke`. */

import { resolve } from "node:path";
import type { Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { ApproveOptions, RevokeOptions } from "../cli/approve/approval-options.ts";
import { approvalsFolder } from "../config/approval-path.ts";
import { findConfigFile } from "../config/find-config-file.ts";
import { loadConfig } from "../config/load-config.ts";
import { readConfigFile } from "../config/read-config-file.ts";
import { removeApproval, writeApproval } from "../config/write-approval.ts";
import { makeApproval } from "../plan/make-approval.ts";
import { showPath } from "./config-source.ts";

/** Writes the approval. Throws if there is no such backup. */
export function approve(options: ApproveOptions): Promise<number> {
  const { config, folder } = loadForApproval(options);
  const path = writeApproval(folder, makeApproval(options, config));
  process.stdout.write(`wrote ${showPath(path)}: commit it; a server that reads this folder takes it up by itself\n`);
  return Promise.resolve(0);
}

/** Removes the approval. Throws if there is none. */
export function revoke(options: RevokeOptions): Promise<number> {
  const { workload, route } = options;
  const path = removeApproval(loadForApproval(options).folder, workload, route);
  if (path === undefined) throw new Error(`route ${route} has no approval for workload ${workload}`);
  process.stdout.write(
    `removed ${showPath(path)}: commit that; a server that reads this folder takes it up by itself\n`,
  );
  return Promise.resolve(0);
}

/** The configuration that approvals belong to: a file, because they lie beside it. */
function loadForApproval({ config: flag, approvals }: RevokeOptions): { config: Config; folder: string } {
  const path = findConfigFile({ flag, env: process.env, cwd: process.cwd() });
  if (path === undefined) throw new Error("there is no configuration here: name its file by --config");
  const { config, file } = loadConfig({ text: readConfigFile(path), file: path, env: process.env });
  return { config, folder: approvals === undefined ? approvalsFolder(config, file) : resolve(approvals) };
}
