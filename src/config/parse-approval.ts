/** Reads the file of one approval. */

import { create } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type Approval, ApprovalSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Verdict_Result as VerdictResult } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { parseYaml } from "./parse-yaml.ts";
import { Problems } from "./problems.ts";
import { MessageReader } from "./read-message.ts";
import { SourceMap } from "./source-map.ts";

/** What of an approval counts for calls. */
export interface GrantedApproval {
  readonly workload: string;
  readonly route: string;
  /** In milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** Hash of what shaped the route's answers when it was approved. */
  readonly shapeSha256: string;
}

/** Longest life of an approval that no passed comparison bears out: an outage, not a habit. 7 days. */
const MAX_OVERRIDE_MS = 7 * 24 * 3_600_000;

const MEND = "write it anew by `understudy approve`";

/** Parses the text of an approval. `file` is its name in messages. Fails with `ConfigError`. */
export function parseApproval(text: string, file: string): GrantedApproval {
  const problems = new Problems(new SourceMap(file));
  const tree = parseYaml(text, problems);
  const approval = create(ApprovalSchema);
  if (tree.root === undefined) problems.giveUp("the file is empty", MEND);
  new MessageReader(tree, {}, problems).readInto(reflect(ApprovalSchema, approval), tree.root, "");
  const granted = checkApproval(approval, problems);
  problems.throwIfAny();
  return granted;
}

function checkApproval(approval: Approval, problems: Problems): GrantedApproval {
  const { workload, route, approvedBy, reason, approveTime, expireTime, verdict, shapeSha256 } = approval;
  const required = { workload, route, approved_by: approvedBy, reason };
  for (const [field, value] of Object.entries(required)) {
    if (value === "") problems.report(field, "is missing", MEND);
  }
  if (!/^[0-9a-f]{64}$/u.test(shapeSha256)) {
    problems.report("shape_sha256", "is not a SHA-256 in hexadecimal digits", MEND);
  }
  const approvedAtMs = readTime(approveTime, "approve_time", problems);
  const expiresAtMs = readTime(expireTime, "expire_time", problems);
  const latestMs = verdict === VerdictResult.PASS ? Number.POSITIVE_INFINITY : approvedAtMs + MAX_OVERRIDE_MS;
  return { workload, route, expiresAtMs: Math.min(expiresAtMs, latestMs), shapeSha256 };
}

function readTime(text: string, field: string, problems: Problems): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) problems.report(field, "is not a time in UTC", "write it like 2027-02-21T09:30:00Z");
  return ms;
}
