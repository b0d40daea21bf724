/** Writes and removes the files of approvals. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Approval } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Verdict_ResultSchema as VerdictResultSchema } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { enumKey } from "../call/enum-words.ts";
import { approvalPath } from "./approval-path.ts";
import { parseApproval } from "./parse-approval.ts";
import { readConfigFile } from "./read-config-file.ts";

/** Writes an approval, in the place of an earlier one of the same workload and route. Returns the file's path. */
export function writeApproval(folder: string, approval: Approval): string {
  const path = findPath(folder, approval.workload, approval.route);
  mkdirSync(folder, { recursive: true });
  const text = formatApproval(approval);
  parseApproval(text, path);
  writeFileSync(path, text);
  return path;
}

/** Removes an approval. Returns the file's path, or undefined if there was none. */
export function removeApproval(folder: string, workload: string, route: string): string | undefined {
  const path = findPath(folder, workload, route);
  if (!existsSync(path)) return undefined;
  rmSync(path);
  return path;
}

/** Dots are allowed in names, so that two pairs of names can give one path: `a.b` and `c`, `a` and `b.c`. */
function findPath(folder: string, workload: string, route: string): string {
  const path = approvalPath(folder, workload, route);
  if (!existsSync(path)) return path;
  const found = parseApproval(readConfigFile(path), path);
  if (found.workload === workload && found.route === route) return path;
  throw new Error(`${path} is the approval of route ${found.route} for workload ${found.workload}: rename that file`);
}

function formatApproval({ verdict, ...approval }: Approval): string {
  const result = enumKey(VerdictResultSchema, verdict);
  return stringify({
    workload: approval.workload,
    route: approval.route,
    approved_by: plain(approval.approvedBy),
    reason: plain(approval.reason),
    approve_time: approval.approveTime,
    expire_time: approval.expireTime,
    ...(result !== "" && { verdict: result }),
    ...(approval.reportSha256 !== "" && { report_sha256: approval.reportSha256 }),
    shape_sha256: approval.shapeSha256,
  });
}

/** The reader takes `$` for the beginning of a variable. */
function plain(text: string): string {
  return text.replaceAll("$", "$$$$");
}
