/** DeepSeek. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const deepseek = describeChatVendor({
  name: "deepseek",
  source: "https://api-docs.deepseek.com",
  hosts: ["api.deepseek.com"],
  endpoint: "https://api.deepseek.com",
  priceList: "deepseek",
  rules: {
    without: ["cache", "seed", "tool_choice.parallel_calls", ...RECENT_FIELDS],
    maxStops: 16,
  },
});
