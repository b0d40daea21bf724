/** Merges the rules of a request, a workload and the defaults into the limits of one call. Pure. */

import { create } from "@bufbuild/protobuf";
import { type Duration, durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import {
  ContentFilter,
  Hedge,
  HoldBack,
  type Policy,
  PolicySchema,
  Switch,
} from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { AttemptLimits, GapLimits } from "../call/plan.ts";
import {
  CONNECT_TIMEOUT_MS,
  FIRST_TOKEN,
  FIRST_TOKEN_WITH_REASONING,
  INPUT_TOKENS_PER_EXTRA_SECOND,
  MAX_RETRY_WAIT_MS,
  MIN_TOKENS_PER_S,
  REASONING_GAP,
  SILENCE_TIMEOUT_MS,
  SPARE_ATTEMPTS,
  SUSPECT_SHARE,
  TEXT_GAP,
  TOOL_GAP,
  TOTAL_TIMEOUT_MS,
} from "../config/policy-defaults.ts";
import { MAX_ATTEMPTS } from "../config/policy-ranges.ts";

/** What of a call changes the defaults. */
export interface PolicyFacts {
  /** How many routes are planned. */
  readonly routeCount: number;
  readonly estimatedInputTokens: number;
  readonly reasons: boolean;
  readonly declaresTools: boolean;
  readonly asksForJson: boolean;
  /** The client's own deadline as a length; undefined without one. It replaces the default total timeout. */
  readonly clientTimeoutMs: number | undefined;
}

/** The rules of one call with every default filled in. */
export interface ResolvedPolicy {
  readonly limits: AttemptLimits;
  readonly totalTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  readonly switchesAfterText: boolean;
  readonly holdsBackAnswer: boolean;
  readonly hedges: boolean;
  readonly reroutesContentFilter: boolean;
}

/** A call of one route of which nothing is known but its policy. */
export const PLAIN_CALL: PolicyFacts = {
  routeCount: 1,
  estimatedInputTokens: 0,
  reasons: false,
  declaresTools: false,
  asksForJson: false,
  clientTimeoutMs: undefined,
};

/** The rules of a workload's plain call: what `ListWorkloads` shows. */
export function resolveWorkloadPolicy(
  policy: Policy | undefined,
  backupCount: number,
  maxTotalTimeoutMs: number,
): ResolvedPolicy {
  return resolvePolicy([policy], { ...PLAIN_CALL, routeCount: 1 + backupCount }, maxTotalTimeoutMs);
}

type DurationField = {
  [K in keyof Policy]-?: NonNullable<Policy[K]> extends Duration ? K : never;
}[keyof Policy];

/** Fills in every default. Earlier policies rule: the request's, then the workload's. */
export function resolvePolicy(
  policies: readonly (Policy | undefined)[],
  facts: PolicyFacts,
  maxTotalTimeoutMs: number,
): ResolvedPolicy {
  const first = <K extends keyof Policy>(field: K): Policy[K] | undefined =>
    policies.find((policy) => policy?.[field] !== undefined)?.[field];
  const ms = (field: DurationField): number | undefined => {
    const value = first(field);
    return value === undefined ? undefined : durationMs(value);
  };
  const gap = (suspect: DurationField, confirm: DurationField, defaults: GapLimits): GapLimits =>
    fillGap(ms(suspect), ms(confirm), defaults);

  const extraMs = Math.floor(facts.estimatedInputTokens / INPUT_TOKENS_PER_EXTRA_SECOND) * 1_000;
  const firstToken = facts.reasons ? FIRST_TOKEN_WITH_REASONING : FIRST_TOKEN;
  const tool = gap("toolStallSuspect", "toolStallTimeout", TOOL_GAP);
  return {
    limits: {
      connectTimeoutMs: ms("connectTimeout") ?? CONNECT_TIMEOUT_MS,
      firstProgress: gap("firstTokenSuspect", "firstTokenTimeout", {
        suspectMs: firstToken.suspectMs + extraMs,
        confirmMs: firstToken.confirmMs + extraMs,
      }),
      text: gap("stallSuspect", "stallTimeout", facts.declaresTools ? tool : TEXT_GAP),
      tool,
      reasoning: gap("reasoningStallSuspect", "reasoningStallTimeout", REASONING_GAP),
      silenceTimeoutMs: ms("silenceTimeout") ?? SILENCE_TIMEOUT_MS,
      minTokensPerS: first("minTokensPerS") ?? MIN_TOKENS_PER_S,
    },
    totalTimeoutMs: Math.min(ms("totalTimeout") ?? facts.clientTimeoutMs ?? TOTAL_TIMEOUT_MS, maxTotalTimeoutMs),
    maxAttempts: first("maxAttempts") ?? Math.min(facts.routeCount + SPARE_ATTEMPTS, MAX_ATTEMPTS),
    maxRetryWaitMs: ms("maxRetryWait") ?? MAX_RETRY_WAIT_MS,
    switchesAfterText: first("switch") !== Switch.NEVER,
    holdsBackAnswer: holdsBack(first("holdBack"), facts),
    hedges: first("hedge") === Hedge.BEFORE_FIRST_TOKEN,
    reroutesContentFilter: first("contentFilter") === ContentFilter.FAIL_OVER,
  };
}

function fillGap(suspectMs: number | undefined, confirmMs: number | undefined, defaults: GapLimits): GapLimits {
  const confirm = confirmMs ?? defaults.confirmMs;
  const unset = Math.min(defaults.suspectMs, Math.floor(confirm * SUSPECT_SHARE));
  return { confirmMs: confirm, suspectMs: Math.min(suspectMs ?? unset, confirm) };
}

function holdsBack(holdBack: HoldBack | undefined, { asksForJson }: PolicyFacts): boolean {
  if (holdBack === undefined || holdBack === HoldBack.UNSPECIFIED) return asksForJson;
  return holdBack === HoldBack.ANSWER;
}

/** Shows resolved rules as a policy with every field set. */
export function describePolicy(policy: ResolvedPolicy): Policy {
  const { limits } = policy;
  return create(PolicySchema, {
    connectTimeout: durationFromMs(limits.connectTimeoutMs),
    firstTokenSuspect: durationFromMs(limits.firstProgress.suspectMs),
    firstTokenTimeout: durationFromMs(limits.firstProgress.confirmMs),
    stallSuspect: durationFromMs(limits.text.suspectMs),
    stallTimeout: durationFromMs(limits.text.confirmMs),
    toolStallSuspect: durationFromMs(limits.tool.suspectMs),
    toolStallTimeout: durationFromMs(limits.tool.confirmMs),
    reasoningStallSuspect: durationFromMs(limits.reasoning.suspectMs),
    reasoningStallTimeout: durationFromMs(limits.reasoning.confirmMs),
    silenceTimeout: durationFromMs(limits.silenceTimeoutMs),
    minTokensPerS: limits.minTokensPerS,
    totalTimeout: durationFromMs(policy.totalTimeoutMs),
    maxAttempts: policy.maxAttempts,
    maxRetryWait: durationFromMs(policy.maxRetryWaitMs),
    switch: policy.switchesAfterText ? Switch.CONTINUE : Switch.NEVER,
    holdBack: policy.holdsBackAnswer ? HoldBack.ANSWER : HoldBack.NONE,
    hedge: policy.hedges ? Hedge.BEFORE_FIRST_TOKEN : Hedge.OFF,
    contentFilter: policy.reroutesContentFilter ? ContentFilter.FAIL_OVER : ContentFilter.FAIL,
  });
}
