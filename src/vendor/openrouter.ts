/** OpenRouter. It drops what the provider behind it does not take, and passes cache marks on. */

import { describeChatVendor } from "./chat-vendor.ts";

export const openrouter = describeChatVendor({
  name: "openrouter",
  source: "https://openrouter.ai/docs/api-reference/parameters",
  hosts: ["openrouter.ai"],
  endpoint: "https://openrouter.ai/api/v1",
  priceList: "openrouter",
  rules: {
    without: [],
  },
});
