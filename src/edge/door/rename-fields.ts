/** Gives the fields of a refusal the names that they have in the client's own API. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { makeInvalidRequest } from "../../call/invalid-request.ts";
import type { Refusal } from "../../call/refusal.ts";

/** Renames the fields of an invalid request by `nameField`, in its message too. Other refusals stay as they are. */
export function renameFields(refusal: Refusal, nameField: (path: string) => string): Refusal {
  const { reason, violations = [] } = refusal;
  if (reason !== ErrorReason.INVALID_REQUEST || violations.length === 0) return refusal;
  const renamed = violations.map((violation) => ({ ...violation, field: nameField(violation.field) }));
  return { ...refusal, ...makeInvalidRequest(renamed) };
}
