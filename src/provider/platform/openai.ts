/** OpenAI's own API. */

import type { PlatformRules } from "./platform-rules.ts";

export const openaiPlatform: PlatformRules = {
  name: "openai",
  defaultEndpoint: "https://api.openai.com/v1",
  ownDialect: "openai-chat",
  makeUrl: ({ endpoint }) => `${endpoint}/chat/completions`,
  makeAuthHeaders: (_dialect, apiKey) => ({ authorization: `Bearer ${apiKey}` }),
};
