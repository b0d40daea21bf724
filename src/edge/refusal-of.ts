/** Finds the refusal behind whatever ended a call. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../call/refusal.ts";
import type { FollowedCall } from "./admission/call-trail.ts";

/** What a client learns of a fault of the gateway itself. */
export const internalRefusal: Refusal = {
  reason: ErrorReason.INTERNAL,
  message: "the gateway failed; its log has the cause under the request id",
};

/** What must be known of the call. */
export interface FailedCall {
  readonly signal: AbortSignal;
  readonly trail: FollowedCall;
}

/** Says why a call failed with `error`, and notes it. Of a fault of the gateway itself the client learns that it was one. */
export function refusalOf(error: unknown, { signal, trail }: FailedCall): Refusal {
  const refusal = error instanceof CallRefused ? error.refusal : refusalBySignal(signal);
  if (refusal !== undefined) trail.refused(refusal);
  else if (!signal.aborted) trail.faulted(error);
  return refusal ?? internalRefusal;
}

/** Why the signal ended the call. Undefined if it did not, or the client left. */
export function refusalBySignal({ aborted, reason }: AbortSignal): Refusal | undefined {
  return aborted && reason instanceof CallRefused ? reason.refusal : undefined;
}
