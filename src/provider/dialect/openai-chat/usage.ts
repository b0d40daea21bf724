/** Reads the numbers of tokens of Chat Completions. */

import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../../../gen/ts/understudy/v1/ledger_pb.ts";
import { isObject, type JsonObject } from "../../../call/json-object.ts";
import { tokensOf } from "../json-values.ts";

/** Cached tokens are a part of the input and reasoning is a part of the output, as in the neutral form. */
export function readUsage(usage: JsonObject): Usage {
  const inputTokens = tokensOf(usage["prompt_tokens"]);
  const outputTokens = tokensOf(usage["completion_tokens"]);
  const cacheReadTokens =
    detail(usage, "prompt_tokens_details", "cached_tokens") ?? tokensOf(usage["prompt_cache_hit_tokens"]);
  const cacheWriteTokens = detail(usage, "prompt_tokens_details", "cache_write_tokens");
  const reasoningTokens = detail(usage, "completion_tokens_details", "reasoning_tokens");
  return create(UsageSchema, {
    source: UsageSource.REPORTED,
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(cacheReadTokens !== undefined && { cacheReadTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
  });
}

function detail(usage: JsonObject, group: string, name: string): bigint | undefined {
  const details = usage[group];
  return isObject(details) ? tokensOf(details[name]) : undefined;
}
