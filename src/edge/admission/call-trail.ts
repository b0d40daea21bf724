/** Follows one call from the door to its end, and makes its record. */

import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallTrail } from "../../call/call-context.ts";
import type { CallObserver } from "../../call/call-observer.ts";
import type { CallEnding, CallRun } from "../../call/call-record.ts";
import type { Caller } from "../../call/caller-scope.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";

/** What is known of a call before anything of it is read. */
export interface CallEntry {
  readonly requestId: string;
  readonly door: string;
  readonly method: string;
}

/** A call as the edge follows it. What the engine says of the end counts before what the edge saw. */
export interface FollowedCall extends CallTrail {
  /** The gate let the call in. */
  admitted(caller: Caller | undefined): void;
  /** The client was told a refusal. The first counts. */
  refused(refusal: Refusal): void;
  /** The gateway failed. The first counts. */
  faulted(error: unknown): void;
  /** The response is closed; `cutShort` if the client left before its end. Called once. */
  closed(cutShort: boolean): void;
}

/** Begins to follow a call. Its record goes to `observer` once, when the response is closed and the engine has ended. */
export function followCall(entry: CallEntry, observer: Required<CallObserver>): FollowedCall {
  const startTimeMs = Date.now();
  const startedAtMs = performance.now();
  let caller: string | undefined;
  let workload = "";
  let labels: Readonly<Record<string, string>> = {};
  let routes: readonly string[] = [];
  let seen: CallEnding | undefined;
  let run: CallRun | undefined;
  let engineRuns = false;
  let closed = false;

  const finish = (): void => {
    if (!closed || engineRuns) return;
    // A fault behind the engine's back is what ended the call; the engine only saw its reader leave.
    const ending = seen?.kind === "fault" ? seen : (run?.ending ?? seen ?? { kind: "answered" });
    const durationMs = performance.now() - startedAtMs;
    observer.callEnded({ ...entry, caller, workload, labels, startTimeMs, durationMs, routes, run, ending });
  };
  return {
    admitted(admittedCaller) {
      caller = admittedCaller?.name;
    },
    asked(request: CompleteRequest) {
      ({ workload, labels } = request);
    },
    began(plannedRoutes) {
      routes = plannedRoutes;
      engineRuns = true;
      return (ended) => {
        run = ended;
        engineRuns = false;
        finish();
      };
    },
    refused(refusal) {
      seen ??= { kind: "refused", reason: refusal.reason, message: describeRefusal(refusal) };
    },
    faulted(error) {
      seen ??= { kind: "fault", ...describeFault(error) };
    },
    closed(cutShort) {
      if (cutShort) seen ??= { kind: "cancelled" };
      closed = true;
      finish();
    },
  };
}

/** What a field of the API looks like. The name of an unknown field is text of the request. */
const FIELD_FORM = /^[a-z0-9_.[\]]{1,128}$/;

/** The refusal in a sentence without text of the request. */
function describeRefusal({ reason, message, violations = [] }: Refusal): string {
  if (reason !== ErrorReason.INVALID_REQUEST) return message;
  const fields = violations.map(({ field }) => (FIELD_FORM.test(field) ? field : "a field that is not named here"));
  return fields.length === 0 ? "the request cannot be read" : `the request is not valid: ${fields.join(", ")}`;
}
