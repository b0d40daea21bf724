/** What every dialect gives the rest of the program: one call to a model as a sequence of neutral events. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { FinishReason, ToolCall } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Usage } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Adjustment, Refusal } from "./adjustment.ts";
import type { UpstreamFailure } from "./upstream-failure.ts";

/** How an answer that another attempt began is handed to a model. */
export interface ContinuationRequest {
  /** `prefill`: the text begins the model's own turn. `instruct`: it is a finished turn, and `instruction` follows. */
  readonly form: "prefill" | "instruct";
  /** All text delivered so far, without trailing white space. Never empty. */
  readonly text: string;
  /** The user turn that asks to go on. Used by `instruct` only. */
  readonly instruction: string;
}

/** Who marks what an upstream may keep of a request: the gateway where the caller does not, only the caller, nobody. */
export type CacheMode = "auto" | "caller" | "off";

/** One request to an upstream. */
export interface UpstreamRequest {
  /** The caller's request. Only its model-facing fields count; `workload`, `routing` and `resume` do not. */
  readonly request: CompleteRequest;
  /** Most tokens of the answer: the caller's limit less what was delivered already. */
  readonly maxOutputTokens: number | undefined;
  readonly continuation: ContinuationRequest | undefined;
  /** Longest time to connect, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Whether signed reasoning of earlier turns is left out, because the upstream refused its signature. */
  readonly withoutReasoning: boolean;
  /** Who marks what the upstream may keep of the request. */
  readonly cache: CacheMode;
  /** What the upstream refused earlier in this call, by name. */
  readonly refusals: readonly Refusal[];
}

/**
 * What an upstream says, in neutral words.
 *
 * The sequence is `adjusted` if there is something to tell, `opened`, then anything, then exactly one of `finished` and `failed`, which is the last. `usage` may
 * come several times; the latest number of each kind counts. `finished` comes when the finish reason was seen and all
 * blocks are closed, so a connection that breaks behind it changes nothing.
 */
export type UpstreamEvent =
  /** The request was sent without these fields, or with others. */
  | { readonly kind: "adjusted"; readonly adjustments: readonly Adjustment[] }
  /** The upstream accepted the request: response headers came with a success status. */
  | { readonly kind: "opened"; readonly status: number; readonly upstreamRequestId: string }
  /** Bytes came that are not content: a ping, a comment, an empty delta, an unknown event. */
  | { readonly kind: "alive" }
  /** The model as the upstream names it. */
  | { readonly kind: "model"; readonly model: string }
  /** More text, never empty. May end in half a surrogate pair. */
  | { readonly kind: "text"; readonly text: string }
  /** A block of reasoning began; what the model thinks may be hidden. */
  | { readonly kind: "reasoningBegan" }
  /** More reasoning; `opaque` is set at the end of a signed or encrypted block. */
  | { readonly kind: "reasoning"; readonly text: string; readonly opaque?: string }
  /** More of a tool call that is not whole yet. */
  | { readonly kind: "toolCallGrew"; readonly characters: number }
  /** A whole tool call. */
  | { readonly kind: "toolCall"; readonly call: ToolCall }
  | { readonly kind: "usage"; readonly usage: Usage }
  /** The answer is whole; only its usage may still come, and then `finished`. */
  | { readonly kind: "answered"; readonly reason: FinishReason }
  /** `atStopSequence`: the upstream says that a stop sequence ended it, maybe before the first word. */
  | { readonly kind: "finished"; readonly reason: FinishReason; readonly atStopSequence?: true }
  | { readonly kind: "failed"; readonly failure: UpstreamFailure };

/**
 * Sends one request and passes on what comes back. Never throws; ends soon after `signal` is aborted, with or without a
 * last event. The connection is closed when the signal is aborted.
 */
export type Upstream = (request: UpstreamRequest, signal: AbortSignal) => AsyncIterable<UpstreamEvent>;
