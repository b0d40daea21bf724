/** What a service knows about the call that it answers, whichever server or door received it. */

export interface CallContext {
  /** The gateway's name for the call; the same in the answer, in errors and in the log. */
  readonly requestId: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** The client's own deadline as a length from now, in milliseconds; undefined without one. */
  readonly timeoutMs: number | undefined;
  /** The configured caller whose key came with the call; undefined where no callers are configured. */
  readonly caller: Caller | undefined;
}

/** A configured caller. */
export interface Caller {
  readonly name: string;
  /** Workloads that the caller may use; undefined means all. */
  readonly workloads: ReadonlySet<string> | undefined;
}
