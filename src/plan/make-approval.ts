/** Makes the approval of a backup, if what it rests on is what is configured. */

import { create } from "@bufbuild/protobuf";
import { type Approval, ApprovalSchema, type Config } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Verdict_Result as VerdictResult } from "../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { hashShape } from "../provider/hash-shape.ts";
import { findSettings } from "./find-settings.ts";

/** What somebody approves. */
export interface ApprovalRequest {
  readonly workload: string;
  readonly route: string;
  readonly approvedBy: string;
  readonly reason: string;
  /** In milliseconds since the epoch. */
  readonly approvedAtMs: number;
  /** In milliseconds since the epoch. */
  readonly expiresAtMs: number;
  readonly evidence: ReportedVerdict | undefined;
}

/** What a comparison found about the route. */
export interface ReportedVerdict {
  readonly verdict: VerdictResult;
  readonly reportSha256: string;
  /** The route that was the standard. */
  readonly primary: string;
  /** Models that answered. */
  readonly models: readonly string[];
}

/** Makes an approval. Fails if there is no such backup, or if the report is on others than are configured now. */
export function makeApproval(request: ApprovalRequest, config: Config): Approval {
  const { workload: name, route, approvedBy, reason, approvedAtMs, expiresAtMs, evidence } = request;
  const workload = Object.hasOwn(config.workloads, name) ? config.workloads[name] : undefined;
  if (workload === undefined) throw new Error(`workload ${name} is not configured`);
  const settings = findSettings(config, route);
  if (settings === undefined) throw new Error(`route ${route} is not configured`);
  if (workload.primary === route) throw new Error(`route ${route} is the primary of ${name}: it needs no approval`);
  if (evidence !== undefined) checkEvidence(evidence, route, settings.model, workload.primary);
  return create(ApprovalSchema, {
    workload: name,
    route,
    approvedBy,
    reason,
    approveTime: new Date(approvedAtMs).toISOString(),
    expireTime: new Date(expiresAtMs).toISOString(),
    verdict: evidence?.verdict ?? VerdictResult.UNSPECIFIED,
    reportSha256: evidence?.reportSha256 ?? "",
    shapeSha256: hashShape(settings),
  });
}

function checkEvidence(evidence: ReportedVerdict, route: string, model: string, primary: string): void {
  if (evidence.primary !== primary) {
    throw new Error(`the report compares with ${evidence.primary}, but the primary is ${primary} now: compare again`);
  }
  const other = evidence.models.find((each) => each !== model);
  if (other !== undefined) {
    throw new Error(`the report is on model ${other}, but ${route} asks for ${model} now: compare again`);
  }
}
