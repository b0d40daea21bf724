/** One simulated world as plain data: what its upstreams do, and what its clients ask. */

import type { FailureKind } from "../../src/call/upstream-failure.ts";

/** How an upstream ends a reply. */
export type ReplyEnd =
  /** Says everything and ends well. */
  | { readonly kind: "finishes" }
  /** Says `afterPieces` pieces and ends early, as if it had reached a limit. */
  | { readonly kind: "cutsShort"; readonly afterPieces: number; readonly reason: "length" | "refusal" | "filter" }
  /** Says `afterPieces` pieces and fails. */
  | {
      readonly kind: "fails";
      readonly afterPieces: number;
      readonly failure: FailureKind;
      readonly retryAfterMs: number | undefined;
      readonly status: number | undefined;
    }
  /** Ends well at once, without a word; asked to go on, it breaks off instead. */
  | { readonly kind: "saysNothing"; readonly afterPieces: 0 }
  /** Says `afterPieces` pieces and then ends without an end, breaks its contract by throwing, or says nothing more. */
  | { readonly kind: "ends" | "throws" | "hangs"; readonly afterPieces: number };

/** One reply of an upstream. */
export interface Reply {
  readonly delayMs: number;
  readonly reasoningCount: number;
  /** Whether it begins with a block of thoughts that it does not show. */
  readonly thinks: boolean;
  /** Most UTF-16 units of a piece of text. */
  readonly pieceLength: number;
  readonly gapMs: number;
  /** Whether it pings every 5 s while nothing else comes. */
  readonly pings: boolean;
  readonly end: ReplyEnd;
  /** What it makes of an answer that another began. */
  readonly seam: "exact" | "repeats" | "startsOver" | "diverges";
  /** Whether it goes on talking after its last event, and after it was told to stop. */
  readonly rude: boolean;
}

export interface RouteScript {
  readonly continuation: "prefill" | "instruct" | "none";
  readonly maxConcurrency: number | undefined;
  readonly pings: boolean;
  readonly dialect: number;
  /** Whether its retry and hedge budgets have anything left. */
  readonly budgets: boolean;
  /** Replies in turn; the last one again and again. */
  readonly replies: readonly Reply[];
}

export interface CallScript {
  readonly startMs: number;
  readonly shape: "text" | "json" | "open-json" | "tools" | "required-tool";
  readonly wordCount: number;
  /** When the client goes away, in milliseconds after the start. */
  readonly cancelAfterMs: number | undefined;
  readonly timeoutMs: number;
  /** A limit that the call sets for itself in place of every usual one, in milliseconds. */
  readonly ownLimitMs: number | undefined;
  readonly maxAttempts: number;
  readonly hedges: boolean;
  readonly switches: boolean;
  readonly holdsBack: boolean;
  readonly holdsBackWords: boolean;
  readonly includesReasoning: boolean;
  /** Characters of the answer that an earlier call delivered. */
  readonly resumedLength: number;
  /** Pause of the client after each event, in milliseconds. */
  readonly readPauseMs: number;
  /** Position of the route that is its primary; the others follow. */
  readonly firstRoute: number;
}

export interface Scenario {
  readonly seed: number;
  readonly routes: readonly RouteScript[];
  readonly calls: readonly CallScript[];
}
