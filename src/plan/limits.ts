/** The longest waits of an attempt: what the policies say, and the defaults for the rest. Pure. */

import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type { ReasoningOptions } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ReasoningOptions_Effort as Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { Policy } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { AttemptLimits, GapLimits, SharedGap, SharedLimits } from "../call/plan.ts";
import {
  CONNECT_TIMEOUT_MS,
  FIRST_TOKEN,
  FIRST_TOKEN_OF_THINKER,
  INPUT_TOKENS_PER_EXTRA_SECOND,
  MIN_TOKENS_PER_S,
  REASONING_GAP,
  SILENCE_TIMEOUT_MS,
  SUSPECT_SHARE,
  TEXT_GAP,
  TOOL_GAP,
} from "../config/policy-defaults.ts";

/** What of a call and its route changes the default limits. */
export interface LimitFacts {
  readonly estimatedInputTokens: number;
  /** Whether the model thinks before it answers. */
  readonly thinks: boolean;
  readonly declaresTools: boolean;
}

/** An attempt of a call of which nothing is known, on a route that does not think. */
export const PLAIN_ATTEMPT: LimitFacts = { estimatedInputTokens: 0, thinks: false, declaresTools: false };

export type DurationField = {
  [K in keyof Policy]-?: NonNullable<Policy[K]> extends Duration ? K : never;
}[keyof Policy];

/** Whether a model thinks before it answers a request. */
export function doesThink(thinking: Thinking | undefined, reasoning: ReasoningOptions | undefined): boolean {
  const { effort, include } = reasoning ?? { effort: Effort.UNSPECIFIED, include: false };
  switch (thinking) {
    case Thinking.NEVER:
      return false;
    case Thinking.ALWAYS:
      return true;
    case Thinking.BY_DEFAULT:
      return effort !== Effort.NONE;
    default:
      // Asking to see the reasoning turns it on where the model leaves the choice.
      return effort > Effort.NONE || (include && effort === Effort.UNSPECIFIED);
  }
}

/** Fills in every default. Earlier policies rule: the request's, then the workload's. */
export function resolveLimits(policies: readonly (Policy | undefined)[], facts: LimitFacts): AttemptLimits {
  const ms = (field: DurationField): number | undefined => firstMs(policies, field);
  const defaults = defaultGaps(facts);
  const tool = fillGap(ms("toolStallSuspect"), ms("toolStallTimeout"), defaults.tool);
  return {
    connectTimeoutMs: ms("connectTimeout") ?? CONNECT_TIMEOUT_MS,
    firstProgress: fillGap(ms("firstTokenSuspect"), ms("firstTokenTimeout"), defaults.firstProgress),
    text: fillGap(ms("stallSuspect"), ms("stallTimeout"), facts.declaresTools ? tool : defaults.text),
    tool,
    reasoning: fillGap(ms("reasoningStallSuspect"), ms("reasoningStallTimeout"), defaults.reasoning),
    silenceTimeoutMs: ms("silenceTimeout") ?? SILENCE_TIMEOUT_MS,
    minTokensPerS: first(policies, "minTokensPerS") ?? MIN_TOKENS_PER_S,
  };
}

/** The limits that count for everybody: what the operator set for the workload, and nothing that a request says. */
export function shareLimits(workload: Policy | undefined, facts: LimitFacts): SharedLimits {
  const limits = resolveLimits([workload], facts);
  const defaults = defaultGaps(facts);
  return {
    ...limits,
    firstProgress: shareGap(limits.firstProgress, defaults.firstProgress),
    text: shareGap(limits.text, facts.declaresTools ? defaults.tool : defaults.text),
    tool: shareGap(limits.tool, defaults.tool),
    reasoning: shareGap(limits.reasoning, defaults.reasoning),
  };
}

/** The first value that a policy gives. */
export function first<K extends keyof Policy>(
  policies: readonly (Policy | undefined)[],
  field: K,
): Policy[K] | undefined {
  return policies.find((policy) => policy?.[field] !== undefined)?.[field];
}

/** The first duration that a policy gives, in milliseconds. */
export function firstMs(policies: readonly (Policy | undefined)[], field: DurationField): number | undefined {
  const value = first(policies, field);
  return value === undefined ? undefined : durationMs(value);
}

function defaultGaps({ thinks, estimatedInputTokens }: LimitFacts) {
  const firstToken = thinks ? FIRST_TOKEN_OF_THINKER : FIRST_TOKEN;
  const extraMs = Math.floor(estimatedInputTokens / INPUT_TOKENS_PER_EXTRA_SECOND) * 1_000;
  return {
    firstProgress: { suspectMs: firstToken.suspectMs + extraMs, confirmMs: firstToken.confirmMs + extraMs },
    text: TEXT_GAP,
    tool: TOOL_GAP,
    reasoning: REASONING_GAP,
  };
}

function fillGap(suspectMs: number | undefined, confirmMs: number | undefined, defaults: GapLimits): GapLimits {
  const confirm = confirmMs ?? defaults.confirmMs;
  const unset = Math.min(defaults.suspectMs, Math.floor(confirm * SUSPECT_SHARE));
  return { confirmMs: confirm, suspectMs: Math.min(suspectMs ?? unset, confirm) };
}

/** A silence is a sign for as long as it is by default, however long a workload waits for its own answers. */
function shareGap({ suspectMs, confirmMs }: GapLimits, defaults: GapLimits): SharedGap {
  return { suspectMs, confirmMs, signEndsMs: suspectMs + defaults.confirmMs - defaults.suspectMs };
}
