/** vLLM. */

import { describeChatVendor } from "./chat-vendor.ts";

export const vllm = describeChatVendor({
  name: "vllm",
  source: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server",
  hosts: [],
  endpoint: "http://127.0.0.1:8000/v1",
  selfHosted: true,
});
