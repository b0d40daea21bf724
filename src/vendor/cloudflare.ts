/** Cloudflare Workers AI, at `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1`. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const cloudflare = describeChatVendor({
  name: "cloudflare",
  source: "https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility",
  hosts: ["api.cloudflare.com"],
  endpoint: undefined,
  rules: {
    without: ["cache", "stream_options", ...RECENT_FIELDS],
  },
});
