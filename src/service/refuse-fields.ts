/** Refuses a request whose fields are wrong. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type FieldViolation } from "../call/refusal.ts";

/** Fails with `CallRefused` (`INVALID_REQUEST`) because of one field. */
export function refuseField(field: string, description: string): never {
  throw makeRefusal({ field, description }, [{ field, description }]);
}

/** Fails with `CallRefused` (`INVALID_REQUEST`) if there is any violation. */
export function refuseFields(violations: readonly FieldViolation[]): void {
  const [first] = violations;
  if (first !== undefined) throw makeRefusal(first, violations);
}

function makeRefusal(first: FieldViolation, violations: readonly FieldViolation[]): CallRefused {
  const more = violations.length > 1 ? `, and ${violations.length - 1} more` : "";
  return new CallRefused({
    reason: ErrorReason.INVALID_REQUEST,
    message: `the request is not valid: ${first.field} ${first.description}${more}`,
    violations,
  });
}
