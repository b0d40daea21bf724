/** How an attempt ended. */

import type { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamFailure } from "../../call/upstream-failure.ts";

/** What an attempt waits for; each phase has its own limits. */
export type Phase = "firstProgress" | "text" | "tool" | "reasoning";

/**
 * Whose limit ended an attempt sooner than it would have ended for others, which says nothing about its route: that of
 * the call's deadline, or one that its request set for itself.
 */
export type CutShort = "deadline" | "request";

export type Outcome =
  /** The answer came to its end. */
  | {
      readonly kind: "completed";
      readonly finishReason: FinishReason;
      /** What of it could not be checked, in a sentence. */
      readonly unchecked?: string;
    }
  /** The upstream said no, or the connection did. */
  | { readonly kind: "failed"; readonly failure: UpstreamFailure; readonly cutShort?: CutShort }
  /** No first progress within `limitMs`. */
  | { readonly kind: "timedOut"; readonly limitMs: number; readonly cutShort?: CutShort }
  /** It had made no progress when its whole route fell silent, and was not suspected itself yet. */
  | { readonly kind: "movedAway" }
  /** No progress for `limitMs` in a later phase. */
  | { readonly kind: "stalled"; readonly limitMs: number; readonly phase: Phase; readonly cutShort?: CutShort }
  /** Text came slower than the floor. */
  | { readonly kind: "slow"; readonly tokensPerS: number; readonly cutShort?: CutShort }
  /** What came is not the answer that was asked for. */
  | { readonly kind: "badAnswer"; readonly message: string }
  /** Another attempt of the same call answered first; `silent` if this one had made no progress for long. */
  | { readonly kind: "hedgeLost"; readonly silent: boolean }
  /** An operator took the route out of service. */
  | { readonly kind: "isolated" }
  /** The call's deadline came. */
  | { readonly kind: "deadlineExceeded" }
  /** The client went away. */
  | { readonly kind: "cancelled" };
