/** Says that a request is not valid. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { FieldViolation, Refusal } from "./refusal.ts";

/** Makes the refusal of a request with these mistakes, at least one: the first is told, the others are counted. */
export function makeInvalidRequest(violations: readonly FieldViolation[]): Refusal {
  const [first] = violations;
  const more = violations.length > 1 ? `, and ${violations.length - 1} more` : "";
  const message = `the request is not valid: ${first?.field} ${first?.description}${more}`;
  return { reason: ErrorReason.INVALID_REQUEST, message, violations };
}
