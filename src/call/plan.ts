/** What the engine is to do for one call. Made by `plan/`, run by `failover/engine.ts`. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Route } from "./route.ts";
import type { CacheMode } from "./upstream.ts";

/** A silence after which something is suspected, and one after which it is certain. */
export interface GapLimits {
  readonly suspectMs: number;
  readonly confirmMs: number;
}

/** Longest waits of one attempt, in milliseconds. */
export interface AttemptLimits {
  readonly connectTimeoutMs: number;
  /** From the start to the first progress. */
  readonly firstProgress: GapLimits;
  /** Between two pieces of text. */
  readonly text: GapLimits;
  /** Between two pieces of a tool call's arguments. */
  readonly tool: GapLimits;
  /** Between two pieces of reasoning. */
  readonly reasoning: GapLimits;
  /** Without a single byte, on a route that pings. */
  readonly silenceTimeoutMs: number;
  /** Slowest acceptable rate of text; 0 turns the check off. */
  readonly minTokensPerS: number;
}

/** A silence as it counts for everybody who shares a route, whatever the request of one of them says. */
export interface SharedGap {
  /** From then on the silence is a sign that the whole route is silent. */
  readonly suspectMs: number;
  /** From then on it is none: the route may be well, and this one call waits for what will not come. */
  readonly signEndsMs: number;
  /** An attempt that was ended sooner says nothing about the route. */
  readonly confirmMs: number;
}

/** The limits of an attempt as they count for everybody who shares its route. */
export interface SharedLimits extends Omit<AttemptLimits, "firstProgress" | "text" | "tool" | "reasoning"> {
  readonly firstProgress: SharedGap;
  readonly text: SharedGap;
  readonly tool: SharedGap;
  readonly reasoning: SharedGap;
}

/** One route of a call. */
export interface PlannedRoute {
  readonly route: Route;
  /** Longest waits of an attempt on it. */
  readonly limits: AttemptLimits;
  readonly sharedLimits: SharedLimits;
  /** Why the route cannot carry the request, or may not; undefined if it can. */
  readonly unsupported: Unsupported | undefined;
}

/** Why a route is passed over, whatever its state. */
export interface Unsupported {
  readonly reason: typeof SkipReason.UNSUPPORTED | typeof SkipReason.NOT_APPROVED;
  /** In a sentence: `does not carry tools`. */
  readonly message: string;
  /** Whether the conversation is too long for it. */
  readonly contextTooLong: boolean;
}

/** One call: the request, its routes in order, and its limits. */
export interface Plan {
  readonly requestId: string;
  readonly workload: string;
  /** Whose call it is: the caller and its workload. What one tenant makes costly, no other one waits for. */
  readonly tenant: string;
  readonly request: CompleteRequest;
  readonly routes: readonly PlannedRoute[];
  /** When the call began, by `performance.now()`. */
  readonly startedAtMs: number;
  /** When the call must have been answered, by `performance.now()`. */
  readonly deadlineAtMs: number;
  /** Most attempts, the first included. */
  readonly maxAttempts: number;
  /** Longest `Retry-After` that is waited for on the same route. */
  readonly maxRetryWaitMs: number;
  /** Whether another route may go on after text was delivered. */
  readonly switchesAfterText: boolean;
  /** Whether the answer is held back until it is complete. */
  readonly holdsBackAnswer: boolean;
  /** Whether a word is held back until it is whole. */
  readonly holdsBackWords: boolean;
  /** Whether a second attempt may start while the first is suspected before its first token. */
  readonly hedges: boolean;
  /** Whether the next route is asked when a content filter refuses the request. */
  readonly reroutesContentFilter: boolean;
  /** Whether a route is skipped that does not take a field that could go. */
  readonly skipsUnsupported: boolean;
  /** Who marks what upstreams may keep of the request. */
  readonly cache: CacheMode;
  /** Tokens of the request, estimated by its length. */
  readonly estimatedInputTokens: number;
  /** Text that an earlier call delivered; empty without `resume`. */
  readonly resumedText: string;
  /** The user turn that asks a route to go on. */
  readonly continuationInstruction: string;
}
