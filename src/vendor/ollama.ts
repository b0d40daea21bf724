/** Ollama. It passes over what it does not know. */

import { describeChatVendor } from "./chat-vendor.ts";

export const ollama = describeChatVendor({
  name: "ollama",
  source: "https://docs.ollama.com/api/openai-compatibility",
  hosts: [],
  endpoint: "http://127.0.0.1:11434/v1",
  selfHosted: true,
});
