/** Groq. It answers 400 to penalties, to `logprobs` and to named messages. */

import { describeChatVendor } from "./chat-vendor.ts";

export const groq = describeChatVendor({
  name: "groq",
  source: "https://console.groq.com/docs/openai",
  hosts: ["api.groq.com"],
  endpoint: "https://api.groq.com/openai/v1",
  priceList: "groq",
  dialect: { maxTokensName: "max_completion_tokens" },
  rules: {
    without: ["cache", "frequency_penalty", "presence_penalty", "verbosity", "prompt_cache_key"],
    names: false,
  },
});
