/** Reads the numbers of tokens of Chat Completions. */

import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../../../gen/ts/understudy/v1/ledger_pb.ts";
import { isObject, type JsonObject } from "../../../call/json-object.ts";
import { tokensOf } from "../json-values.ts";

/** The places where vendors tell a number, OpenAI's own first: a field, or a field of a group. */
type Places = readonly (readonly [string] | readonly [string, string])[];

const CACHE_READ: Places = [
  ["prompt_tokens_details", "cached_tokens"],
  // DeepSeek; Moonshot and Together; Databricks and gateways in front of Claude.
  ["prompt_cache_hit_tokens"],
  ["cached_tokens"],
  ["cache_read_input_tokens"],
  ["input_tokens_details", "cached_tokens"],
];

const CACHE_WRITE: Places = [
  ["prompt_tokens_details", "cache_write_tokens"],
  ["prompt_tokens_details", "cache_creation_tokens"],
  ["cache_creation_input_tokens"],
];

const REASONING: Places = [
  ["completion_tokens_details", "reasoning_tokens"],
  // SGLang and Perplexity.
  ["reasoning_tokens"],
  ["output_tokens_details", "reasoning_tokens"],
];

/** In the neutral form cached tokens are a part of the input, and reasoning is a part of the output. */
export function readUsage(usage: JsonObject): Usage {
  const cacheReadTokens = find(usage, CACHE_READ);
  const cacheWriteTokens = find(usage, CACHE_WRITE);
  const reasoningTokens = find(usage, REASONING);
  const { inputTokens, outputTokens } = readSides(usage, reasoningTokens);
  return create(UsageSchema, {
    source: UsageSource.REPORTED,
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(cacheReadTokens !== undefined && { cacheReadTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  });
}

interface Sides {
  readonly inputTokens: bigint | undefined;
  readonly outputTokens: bigint | undefined;
}

/**
 * Input and output with all that they hold. Some vendors count a part of them beside: xAI its reasoning, Gemini its
 * thinking (in the total alone), Mistral its audio. The total, which none of them gets wrong, tells whether that is so.
 */
function readSides(usage: JsonObject, reasoning: bigint | undefined): Sides {
  const inputTokens = tokensOf(usage["prompt_tokens"]) ?? tokensOf(usage["input_tokens"]);
  const outputTokens = tokensOf(usage["completion_tokens"]) ?? tokensOf(usage["output_tokens"]);
  const total = tokensOf(usage["total_tokens"]);
  if (inputTokens === undefined || outputTokens === undefined) return { inputTokens, outputTokens };
  if (total === undefined || total === 0n) {
    const beside = reasoning !== undefined && reasoning > outputTokens ? reasoning : 0n;
    return { inputTokens, outputTokens: outputTokens + beside };
  }
  const excess = total - inputTokens - outputTokens;
  if (excess <= 0n || countsSources(usage)) return { inputTokens, outputTokens };
  const audio = find(usage, [["prompt_tokens_details", "audio_tokens"]]) ?? 0n;
  if (excess !== reasoning && audio > 0n && excess >= audio) {
    return { inputTokens: inputTokens + audio, outputTokens: outputTokens + excess - audio };
  }
  return { inputTokens, outputTokens: outputTokens + excess };
}

/** Perplexity's total holds tokens of sources, which have prices of their own. */
function countsSources(usage: JsonObject): boolean {
  return usage["citation_tokens"] !== undefined || usage["num_search_queries"] !== undefined;
}

function find(usage: JsonObject, places: Places): bigint | undefined {
  for (const [first, second] of places) {
    const value = usage[first];
    const tokens = second === undefined ? tokensOf(value) : isObject(value) ? tokensOf(value[second]) : undefined;
    if (tokens !== undefined) return tokens;
  }
  return undefined;
}
