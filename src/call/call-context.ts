/** What a service knows about the call that it answers, whichever server or door received it. */

import type { CallRun } from "./call-record.ts";
import type { Caller } from "./caller-scope.ts";

/** What a record keeps of a request. */
export interface CallMarks {
  /** Name of a configured workload; empty if the request names none. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Gathers what becomes known of a call, until its record is made. */
export interface CallTrail {
  /** The request was read. */
  asked(marks: CallMarks): void;
  /**
   * The call was planned and goes to the engine. Returns the function that takes what the engine did: the record waits
   * for it, also when the client is long gone.
   */
  began(routes: readonly string[]): (run: CallRun) => void;
}

export interface CallContext {
  /** The gateway's name for the call; the same in the answer, in errors and in the log. */
  readonly requestId: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** The client's own deadline as a length from now, in milliseconds; undefined without one. */
  readonly timeoutMs: number | undefined;
  /** The configured caller whose key came with the call; undefined where no callers are configured. */
  readonly caller: Caller | undefined;
  readonly trail: CallTrail;
}
