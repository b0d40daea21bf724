/** One thing that can go wrong, and what a caller is to see of it. */

import type { Request } from "./clients/scenario-client.ts";
import type { Dialect, RouteSetup } from "./make-config.ts";

/** What a caller sees of one call. */
export interface Expected {
  /**
   * The ledger: place, outcome, upstream status or `-`, then what is true of `retry`, `delivers` and `discards`:
   * `primary STALLED 200 delivers`.
   */
  readonly attempts: readonly string[];
  /** Changes of the serving route: places, reason, mode, and `trims` if it is true. Default none. */
  readonly switches?: readonly string[];
  /** Routes passed over: place and reason. Default none. */
  readonly skips?: readonly string[];
  /** What was delivered: the story (default), its beginning (default of a refusal that delivers), or nothing. */
  readonly text?: "story" | "beginning" | "nothing";
  /** Default `STOP`. */
  readonly finish?: "STOP" | "LENGTH" | "CONTENT_FILTER" | "REFUSAL";
  /** Code and reason of the status: `UNAVAILABLE ALL_ROUTES_FAILED`. Default the status is OK. */
  readonly refused?: string;
  /** Range of the `RetryInfo` in seconds. Default there is none. */
  readonly retryS?: readonly [least: number, most: number];
}

/** One thing that can go wrong. */
export interface Scenario extends Expected {
  readonly name: string;
  /** The primary first; their dialects alternate between those of the pair. */
  readonly routes: readonly RouteSetup[];
  /** The only dialect that the primary may have. Default any. */
  readonly primaryDialect?: Dialect;
  readonly policy?: object;
  readonly request?: Request;
  /** The client's deadline, in milliseconds. Default none. */
  readonly timeoutMs?: number;
  /** What `Complete` differs in, beyond `asUnary`. */
  readonly unary?: Partial<Expected>;
  /** What a second call sees just after the first. */
  readonly again?: Expected;
}

/** What `Complete` sees: it delivers nothing of an attempt that fails, so each switch starts the answer afresh. */
export function asUnary(scenario: Scenario): Expected {
  return {
    ...scenario,
    attempts: scenario.attempts.map((attempt) =>
      attempt.includes(" COMPLETED ")
        ? attempt
        : attempt.replace("delivers discards", "discards").replace("delivers", "discards"),
    ),
    switches: (scenario.switches ?? []).map((change) => change.replace("CONTINUED", "RESTARTED").replace(" trims", "")),
    ...scenario.unary,
  };
}
