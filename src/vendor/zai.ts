/** Z.ai (GLM). It takes one stop sequence. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const zai = describeChatVendor({
  name: "zai",
  source: "https://docs.z.ai/api-reference/llm/chat-completion",
  hosts: ["api.z.ai", "open.bigmodel.cn"],
  endpoint: "https://api.z.ai/api/paas/v4",
  rules: {
    without: ["cache", "seed", "frequency_penalty", "presence_penalty", "tool_choice.parallel_calls", ...RECENT_FIELDS],
    temperatureMax: 1,
    maxStops: 1,
    names: false,
  },
});
