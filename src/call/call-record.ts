/** What is kept of one call, whatever became of it. Never text of a request or an answer. */

import type { RouteSwitched } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Attempt, Cost, ErrorReason, Skip, Usage } from "../../gen/ts/understudy/v1/ledger_pb.ts";

/** How a call ended. */
export type CallEnding =
  /** The answer came to its end. */
  | { readonly kind: "completed"; readonly finishReason: FinishReason }
  /** A method that is no completion did what it was asked. */
  | { readonly kind: "answered" }
  /** The client went away. */
  | { readonly kind: "cancelled" }
  /** There is no answer, or no whole one. The message is the gateway's own. */
  | { readonly kind: "refused"; readonly reason: ErrorReason; readonly message: string }
  /** The gateway itself failed. */
  | { readonly kind: "fault"; readonly fault: string; readonly at: readonly string[] };

/** What the engine knows of a call when it ends. */
export interface CallRun {
  readonly attempts: readonly Attempt[];
  readonly skips: readonly Skip[];
  readonly switches: readonly RouteSwitched[];
  /** Of all attempts together, the useless ones included. */
  readonly usage: Usage;
  readonly cost: Cost;
  /** Bytes of text that the client got, an earlier call's included. */
  readonly deliveredBytes: number;
  readonly ending: CallEnding;
}

/** One call. */
export interface CallRecord {
  readonly requestId: string;
  /** The way in: `grpc`, `grpc-web`, `connect`, `openai`; `comparison` for the calls that a comparison makes. */
  readonly door: string;
  /** What was asked for: `Complete`, `ListRoutes`, `chat.completions`. */
  readonly method: string;
  /** Name of the configured caller; undefined where there are none, or before its key was known. */
  readonly caller: string | undefined;
  /** Empty if the request names none that is configured, or was not read. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In milliseconds since the epoch. */
  readonly startTimeMs: number;
  readonly durationMs: number;
  /** Routes of the plan in order; empty if the call was refused before it was planned. */
  readonly routes: readonly string[];
  /** What the engine did; undefined if the call never reached it. */
  readonly run: CallRun | undefined;
  readonly ending: CallEnding;
}
