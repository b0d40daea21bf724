/** Says why a call was refused, without text of its request. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { FieldViolation, Refusal } from "../../call/refusal.ts";

/** Refusals whose own sentence repeats a name that the client gave: it may be anything, a key or a prompt. */
const UNREPEATED: Readonly<Partial<Record<ErrorReason, string>>> = {
  [ErrorReason.WORKLOAD_NOT_FOUND]: "what the request names is not configured",
  [ErrorReason.ROUTE_NOT_FOUND]: "a route that the request names is not configured",
  [ErrorReason.PROVIDER_NOT_FOUND]: "a provider that the request names is not configured",
  [ErrorReason.NOT_ALLOWED]: "the caller may not use or do what the request asks for",
  [ErrorReason.NOT_CARRIED]: "the request asks for what this server does not carry",
};

/** What a field of the API looks like, or a header of the gateway's own. */
const FIELD_FORM = /^(?:[a-z0-9_.[\]]{1,128}|x-understudy-[a-z-]+)$/;

/** The refusal in a sentence. */
export function describeRefusal({ reason, message, violations = [] }: Refusal): string {
  if (reason !== ErrorReason.INVALID_REQUEST) return UNREPEATED[reason] ?? message;
  if (violations.length === 0) return "the request cannot be read";
  return `the request is not valid: ${violations.map(nameField).join(", ")}`;
}

function nameField({ field, namedByClient = false }: FieldViolation): string {
  return FIELD_FORM.test(field) && !namedByClient ? field : "a field that is not named here";
}
