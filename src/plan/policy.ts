/** Merges the rules of a request, a workload and the defaults into the limits of one call. Pure. */

import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  Cache,
  ContentFilter,
  Hedge,
  HoldBack,
  type Policy,
  PolicySchema,
  Unsupported as PolicyUnsupported,
  Switch,
} from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { AttemptLimits } from "../call/plan.ts";
import type { CacheMode } from "../call/upstream.ts";
import { MAX_RETRY_WAIT_MS, SPARE_ATTEMPTS, TOTAL_TIMEOUT_MS } from "../config/policy-defaults.ts";
import { MAX_ATTEMPTS } from "../config/policy-ranges.ts";
import { first, firstMs } from "./limits.ts";

/** What of a call changes the defaults. */
export interface PolicyFacts {
  /** How many routes are planned. */
  readonly routeCount: number;
  readonly asksForJson: boolean;
  /** The client's own deadline as a length; undefined without one. It replaces the default total timeout. */
  readonly clientTimeoutMs: number | undefined;
}

/** The rules of one call, apart from the limits of its attempts, with every default filled in. */
export interface ResolvedPolicy {
  readonly totalTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxRetryWaitMs: number;
  readonly switchesAfterText: boolean;
  readonly holdsBackAnswer: boolean;
  readonly holdsBackWords: boolean;
  readonly hedges: boolean;
  readonly reroutesContentFilter: boolean;
  /** Whether a route is skipped that does not take a field that could go. */
  readonly skipsUnsupported: boolean;
  readonly cache: CacheMode;
}

/** A call of one route of which nothing is known but its policy. */
export const PLAIN_CALL: PolicyFacts = {
  routeCount: 1,
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

/** Fills in every default. Earlier policies rule: the request's, then the workload's. */
export function resolvePolicy(
  policies: readonly (Policy | undefined)[],
  facts: PolicyFacts,
  maxTotalTimeoutMs: number,
): ResolvedPolicy {
  const totalTimeoutMs = firstMs(policies, "totalTimeout") ?? facts.clientTimeoutMs ?? TOTAL_TIMEOUT_MS;
  return {
    totalTimeoutMs: Math.min(totalTimeoutMs, maxTotalTimeoutMs),
    maxAttempts: first(policies, "maxAttempts") ?? Math.min(facts.routeCount + SPARE_ATTEMPTS, MAX_ATTEMPTS),
    maxRetryWaitMs: firstMs(policies, "maxRetryWait") ?? MAX_RETRY_WAIT_MS,
    switchesAfterText: first(policies, "switch") !== Switch.NEVER,
    holdsBackAnswer: holdsBack(first(policies, "holdBack"), facts),
    holdsBackWords: first(policies, "holdBack") === HoldBack.WORD,
    hedges: first(policies, "hedge") === Hedge.BEFORE_FIRST_TOKEN,
    reroutesContentFilter: first(policies, "contentFilter") === ContentFilter.FAIL_OVER,
    skipsUnsupported: first(policies, "unsupported") === PolicyUnsupported.SKIP,
    cache: CACHE_MODES[first(policies, "cache") ?? Cache.UNSPECIFIED] ?? "auto",
  };
}

const CACHE_MODES: Readonly<Record<number, CacheMode>> = {
  [Cache.AUTO]: "auto",
  [Cache.CALLER]: "caller",
  [Cache.OFF]: "off",
};

const SHOWN_CACHE: Readonly<Record<CacheMode, Cache>> = {
  auto: Cache.AUTO,
  caller: Cache.CALLER,
  off: Cache.OFF,
};

function holdsBack(holdBack: HoldBack | undefined, { asksForJson }: PolicyFacts): boolean {
  if (holdBack === undefined || holdBack === HoldBack.UNSPECIFIED) return asksForJson;
  return holdBack === HoldBack.ANSWER;
}

/** Shows resolved rules and limits as a policy with every field set. */
export function describePolicy(policy: ResolvedPolicy, limits: AttemptLimits): Policy {
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
    holdBack: shownHoldBack(policy),
    hedge: policy.hedges ? Hedge.BEFORE_FIRST_TOKEN : Hedge.OFF,
    contentFilter: policy.reroutesContentFilter ? ContentFilter.FAIL_OVER : ContentFilter.FAIL,
    unsupported: policy.skipsUnsupported ? PolicyUnsupported.SKIP : PolicyUnsupported.ADJUST,
    cache: SHOWN_CACHE[policy.cache],
  });
}

function shownHoldBack({ holdsBackAnswer, holdsBackWords }: ResolvedPolicy): HoldBack {
  if (holdsBackAnswer) return HoldBack.ANSWER;
  return holdsBackWords ? HoldBack.WORD : HoldBack.NONE;
}
