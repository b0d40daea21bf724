/** OpenAI's own API. https://platform.openai.com/docs/api-reference */

import { CHAT_DEFAULTS } from "./chat-defaults.ts";
import { STRICT_RULES } from "./chat-rules.ts";
import type { Vendor } from "./vendor.ts";

export const openai: Vendor = {
  name: "openai",
  source: "https://platform.openai.com/docs/api-reference",
  hosts: ["api.openai.com"],
  defaultEndpoint: "https://api.openai.com/v1",
  needsKey: true,
  allowsCleartext: false,
  priceList: "openai",
  dialects: { "openai-chat": { ...CHAT_DEFAULTS, cachesByKey: true, rules: STRICT_RULES } },
};
