/** Finds the refusal behind whatever ended a call. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallContext } from "../call/call-context.ts";
import { CallRefused, type Refusal } from "../call/refusal.ts";
import { describeFault } from "../telemetry/describe-fault.ts";
import type { Log } from "../telemetry/log.ts";

/** What a client learns of a fault of the gateway itself. */
export const internalRefusal: Refusal = {
  reason: ErrorReason.INTERNAL,
  message: "the gateway failed; its log has the cause under the request id",
};

/** What must be known of the call. */
export type FailedCall = Pick<CallContext, "requestId" | "signal">;

/** Says why a call failed with `error`. A fault of the gateway itself goes into the log, and the client learns that it was one. */
export function refusalOf(error: unknown, { requestId, signal }: FailedCall, log: Log): Refusal {
  if (error instanceof CallRefused) return error.refusal;
  const refusal = refusalBySignal(signal);
  if (refusal !== undefined) return refusal;
  if (!signal.aborted) log.error({ requestId, ...describeFault(error) }, "call failed by a fault");
  return internalRefusal;
}

/** Why the signal ended the call. Undefined if it did not, or the client left. */
export function refusalBySignal({ aborted, reason }: AbortSignal): Refusal | undefined {
  return aborted && reason instanceof CallRefused ? reason.refusal : undefined;
}
