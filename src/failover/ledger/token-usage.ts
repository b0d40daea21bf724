/** Tokens and money: what an attempt used, and what all attempts used together. */

import { create } from "@bufbuild/protobuf";
import {
  type Cost,
  CostSchema,
  CostSource,
  type Usage,
  UsageSchema,
  UsageSource,
} from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CHARACTERS_PER_TOKEN } from "../../config/policy-defaults.ts";
import { MIN_CONTINUATION_SHARE, MIN_CONTINUATION_TOKENS } from "../engine-limits.ts";

/** Scripts of which a character is about a token. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Most characters of a token, a long word with its space. Most upstreams send one token in each piece of a stream. */
export const LONGEST_TOKEN = 12;

/** What is known about an attempt when its usage is settled. */
export interface UsageFacts {
  /** What the upstream said, the latest number of each kind; undefined if nothing. */
  readonly reported: Usage | undefined;
  /** Whether the request may have reached the model. */
  readonly reachedModel: boolean;
  /** Whether the answer came to its end. */
  readonly completed: boolean;
  readonly estimatedInputTokens: number;
  /** Length of everything that the model said, in UTF-16 units. */
  readonly receivedCharacters: number;
}

/** Estimates tokens by the length of a text. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Estimates the tokens of a text by its script: a Chinese, Japanese or Korean character is about one. */
export function estimateTextTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + (text.length - wide) / CHARACTERS_PER_TOKEN;
}

/** Whether so little is left behind the delivered tokens that another attempt is not worth it. */
export function isNearlyFull(maxOutputTokens: number | undefined, deliveredTokens: number): boolean {
  if (deliveredTokens === 0 || maxOutputTokens === undefined) return false;
  const least = Math.min(MIN_CONTINUATION_TOKENS, Math.max(1, MIN_CONTINUATION_SHARE * maxOutputTokens));
  return maxOutputTokens - deliveredTokens < least;
}

/** Later numbers replace earlier ones of the same kind. */
export function mergeUsage(earlier: Usage | undefined, later: Usage): Usage {
  const merged = create(UsageSchema, { source: later.source });
  for (const kind of TOKEN_KINDS) {
    const count = later[kind] ?? earlier?.[kind];
    if (count !== undefined) merged[kind] = count;
  }
  return merged;
}

/** Settles what an attempt used. An attempt that was broken off is estimated, never passed over. */
export function settleUsage(facts: UsageFacts): Usage {
  const { reported } = facts;
  if (facts.completed) {
    if (reported?.inputTokens !== undefined && reported.outputTokens !== undefined) {
      return create(UsageSchema, { ...reported, source: UsageSource.REPORTED });
    }
    return create(UsageSchema, { ...reported, source: UsageSource.UNKNOWN });
  }
  if (!facts.reachedModel) return create(UsageSchema, { source: UsageSource.NONE });
  const estimatedOutput = BigInt(estimateTokens(facts.receivedCharacters));
  const reportedOutput = reported?.outputTokens ?? 0n;
  return create(UsageSchema, {
    ...reported,
    source: UsageSource.ESTIMATED,
    inputTokens: reported?.inputTokens ?? BigInt(facts.estimatedInputTokens),
    outputTokens: reportedOutput > estimatedOutput ? reportedOutput : estimatedOutput,
  });
}

/**
 * Adds up usage. The sum is no better than its worst part: with a part that is not known no number of it is told, but
 * what is known.
 */
export function addUsage(parts: readonly Usage[]): Usage {
  const known = create(UsageSchema, { source: UsageSource.NONE });
  let source: UsageSource = UsageSource.NONE;
  for (const part of parts) {
    source = worse(USAGE_ORDER, source, part.source);
    if (part.source !== UsageSource.UNKNOWN) known.source = worse(USAGE_ORDER, known.source, part.source);
    for (const kind of TOKEN_KINDS) {
      const count = part[kind];
      if (count !== undefined) known[kind] = (known[kind] ?? 0n) + count;
    }
  }
  if (source !== UsageSource.UNKNOWN) return known;
  const isAnyKnown = TOKEN_KINDS.some((kind) => known[kind] !== undefined);
  return create(UsageSchema, { source, ...(isAnyKnown && { knownPart: known }) });
}

/** Adds up cost, by the same rule as usage. */
export function addCost(parts: readonly Cost[]): Cost {
  let source: CostSource = CostSource.NONE;
  let known: bigint | undefined;
  for (const part of parts) {
    source = worse(COST_ORDER, source, part.source);
    if (part.source !== CostSource.NONE && part.microUsd !== undefined) known = (known ?? 0n) + part.microUsd;
  }
  if (known === undefined) return create(CostSchema, { source });
  return create(
    CostSchema,
    source === CostSource.UNKNOWN ? { source, knownPartMicroUsd: known } : { source, microUsd: known },
  );
}

const TOKEN_KINDS = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"] as const;

/** From the best to the worst. */
const USAGE_ORDER = [UsageSource.NONE, UsageSource.REPORTED, UsageSource.ESTIMATED, UsageSource.UNKNOWN];
const COST_ORDER = [CostSource.NONE, CostSource.REPORTED, CostSource.ESTIMATED, CostSource.UNKNOWN];

function worse<T>(order: readonly T[], one: T, other: T): T {
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}
