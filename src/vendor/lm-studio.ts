/** LM Studio. */

import { describeChatVendor } from "./chat-vendor.ts";

export const lmStudio = describeChatVendor({
  name: "lmstudio",
  source: "https://lmstudio.ai/docs/developer/openai-compat",
  hosts: [],
  endpoint: "http://127.0.0.1:1234/v1",
  selfHosted: true,
});
