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
  /** Undefined for a call that leaves no record. */
  readonly trail: Pick<FollowedCall, "refused" | "faulted"> | undefined;
  /** Knows the refusal behind an error of the protocol's own; undefined if there is none. Default: there never is. */
  readonly explain?: (error: unknown) => Refusal | undefined;
}

/**
 * Says why a call failed with `error`, or why its signal ended it, and notes it. Of a fault of the gateway itself the
 * client learns that it was one. A client that left is no fault.
 */
export function refusalOf(error: unknown, { signal, trail, explain = () => undefined }: FailedCall): Refusal {
  const behind = (cause: unknown): Refusal | undefined =>
    cause instanceof CallRefused ? cause.refusal : explain(cause);
  const bySignal = signal.aborted ? behind(signal.reason) : undefined;
  const refusal = error instanceof CallRefused ? error.refusal : (bySignal ?? explain(error));
  if (refusal !== undefined && refusal !== internalRefusal) trail?.refused(refusal);
  else if (!signal.aborted) trail?.faulted(error);
  return refusal ?? internalRefusal;
}
