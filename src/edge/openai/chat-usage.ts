/** Writes token counts in OpenAI's form. */

import type { Usage } from "../../../gen/ts/understudy/v1/ledger_pb.ts";

/** Makes `usage`; null if the upstream did not tell and it cannot be estimated. */
export function makeUsage(usage: Usage | undefined): object | null {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage ?? {};
  if (inputTokens === undefined || outputTokens === undefined) return null;
  return {
    prompt_tokens: Number(inputTokens),
    completion_tokens: Number(outputTokens),
    total_tokens: Number(inputTokens + outputTokens),
    ...(cacheReadTokens !== undefined && { prompt_tokens_details: { cached_tokens: Number(cacheReadTokens) } }),
    ...(reasoningTokens !== undefined && {
      completion_tokens_details: { reasoning_tokens: Number(reasoningTokens) },
    }),
  };
}
