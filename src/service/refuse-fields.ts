/** Refuses a request whose fields are wrong. */

import { makeInvalidRequest } from "../call/invalid-request.ts";
import { CallRefused, type FieldViolation } from "../call/refusal.ts";

/** Fails with `CallRefused` (`INVALID_REQUEST`) because of one field. */
export function refuseField(field: string, description: string): never {
  throw new CallRefused(makeInvalidRequest([{ field, description }]));
}

/** Fails with `CallRefused` (`INVALID_REQUEST`) if there is any violation. */
export function refuseFields(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new CallRefused(makeInvalidRequest(violations));
}
