/** SGLang. */

import { describeChatVendor } from "./chat-vendor.ts";

export const sglang = describeChatVendor({
  name: "sglang",
  source: "https://docs.sglang.ai/basic_usage/openai_api_completions.html",
  hosts: [],
  endpoint: "http://127.0.0.1:30000/v1",
  selfHosted: true,
});
