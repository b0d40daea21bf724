/** Together AI. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const together = describeChatVendor({
  name: "together",
  source: "https://docs.together.ai/reference/chat-completions",
  hosts: ["api.together.xyz", "api.together.ai"],
  endpoint: "https://api.together.xyz/v1",
  priceList: "together",
  rules: {
    without: ["cache", ...RECENT_FIELDS],
  },
});
