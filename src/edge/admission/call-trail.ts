/** Follows one call from the door to its end, and makes its record. */

import type { CallMarks, CallTrail } from "../../call/call-context.ts";
import type { CallObserver } from "../../call/call-observer.ts";
import type { CallEnding, CallRun } from "../../call/call-record.ts";
import type { Caller } from "../../call/caller-scope.ts";
import type { Refusal } from "../../call/refusal.ts";
import { describeFault } from "../../telemetry/describe-fault.ts";
import { describeRefusal } from "./describe-refusal.ts";

/** What is known of a call before anything of it is read. */
export interface CallEntry {
  readonly requestId: string;
  readonly door: string;
  readonly method: string;
}

/** A call as the edge follows it. */
export interface FollowedCall extends CallTrail {
  /** The gate let the call in. */
  admitted(caller: Caller | undefined): void;
  /** The client was told a refusal. The first counts. */
  refused(refusal: Refusal): void;
  /** The gateway failed. The first counts, also before a refusal: the client was not told that. */
  faulted(error: unknown): void;
  /** The response is closed; `cutShort` if the client left before its end. Called once. */
  closed(cutShort: boolean): void;
}

/** Begins to follow a call. Its record goes to `observer` once, when the response is closed and the engine has ended. */
export function followCall(entry: CallEntry, observer: Required<CallObserver>): FollowedCall {
  const startTimeMs = Date.now();
  const startedAtMs = performance.now();
  let caller: string | undefined;
  let marks: CallMarks = { workload: "", labels: {} };
  let routes: readonly string[] = [];
  let seen: CallEnding | undefined;
  let run: CallRun | undefined;
  let engineRuns = false;
  let closed = false;
  let recorded = false;

  const finish = (): void => {
    if (!closed || engineRuns || recorded) return;
    recorded = true;
    const durationMs = performance.now() - startedAtMs;
    const ending = chooseEnding(run?.ending, seen);
    observer.callEnded({ ...entry, caller, ...marks, startTimeMs, durationMs, routes, run, ending });
  };
  return {
    admitted(admittedCaller) {
      caller = admittedCaller?.name;
    },
    asked(askedMarks) {
      marks = askedMarks;
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
      // What breaks when the client has left is no fault.
      if (!closed && seen?.kind !== "fault") seen = { kind: "fault", ...describeFault(error) };
    },
    closed(cutShort) {
      if (cutShort) seen ??= { kind: "cancelled" };
      closed = true;
      finish();
    },
  };
}

/**
 * How a call ended, by what its engine says and what the edge saw. The engine knows why there is no answer. Whether an
 * answer arrived, and why nobody listened any more, the edge knows.
 */
function chooseEnding(told: CallEnding | undefined, seen: CallEnding | undefined): CallEnding {
  if (seen?.kind === "fault") return seen;
  if (told?.kind === "refused" || told?.kind === "fault") return told;
  return seen ?? told ?? { kind: "answered" };
}
