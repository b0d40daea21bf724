/** Perplexity. Turns must alternate behind the system messages. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const perplexity = describeChatVendor({
  name: "perplexity",
  source: "https://docs.perplexity.ai/api-reference",
  hosts: ["api.perplexity.ai"],
  endpoint: "https://api.perplexity.ai",
  rules: {
    without: ["cache", "seed", "stop_sequences", "tool_choice.parallel_calls", ...RECENT_FIELDS],
    lateSystem: false,
    emptyTurns: false,
    names: false,
  },
});
