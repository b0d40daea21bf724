/** xAI. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const xai = describeChatVendor({
  name: "xai",
  source: "https://docs.x.ai/docs/api-reference",
  hosts: ["api.x.ai"],
  endpoint: "https://api.x.ai/v1",
  priceList: "x-ai",
  dialect: { maxTokensName: "max_completion_tokens" },
  rules: {
    without: ["cache", ...RECENT_FIELDS],
  },
});
