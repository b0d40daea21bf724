/** Cerebras. It answers 400 to penalties. */

import { describeChatVendor } from "./chat-vendor.ts";

export const cerebras = describeChatVendor({
  name: "cerebras",
  source: "https://inference-docs.cerebras.ai/api-reference",
  hosts: ["api.cerebras.ai"],
  endpoint: "https://api.cerebras.ai/v1",
  dialect: { maxTokensName: "max_completion_tokens" },
  rules: {
    without: ["cache", "frequency_penalty", "presence_penalty", "verbosity", "prompt_cache_key"],
    temperatureMax: 1.5,
  },
});
