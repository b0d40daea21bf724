/** Refuses a name that the configuration does not have, and tells which it has. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { listNames } from "./list-names.ts";
import { CallRefused } from "./refusal.ts";

/** What has names, with the reason of its refusal. */
const REASONS = {
  workload: ErrorReason.WORKLOAD_NOT_FOUND,
  route: ErrorReason.ROUTE_NOT_FOUND,
  "sample set": ErrorReason.WORKLOAD_NOT_FOUND,
} as const;

/** Makes the refusal of a name. `known` are the configured ones. */
export function makeNotConfigured(kind: keyof typeof REASONS, name: string, known: Iterable<string>): CallRefused {
  const message = `${kind} ${name} is not configured; there are: ${listNames(known)}`;
  return new CallRefused({ reason: REASONS[kind], message });
}
