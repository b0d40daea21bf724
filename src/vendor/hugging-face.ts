/** Hugging Face Inference Providers. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const huggingFace = describeChatVendor({
  name: "huggingface",
  source: "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
  hosts: ["router.huggingface.co"],
  endpoint: "https://router.huggingface.co/v1",
  rules: {
    without: ["cache", ...RECENT_FIELDS],
  },
});
