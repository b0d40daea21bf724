/** Google's Gemini API, by its OpenAI layer. Unknown names are refused: "Cannot find field". */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const gemini = describeChatVendor({
  name: "gemini",
  source: "https://ai.google.dev/gemini-api/docs/openai",
  hosts: ["generativelanguage.googleapis.com"],
  endpoint: "https://generativelanguage.googleapis.com/v1beta/openai",
  priceList: "google",
  rules: {
    without: ["cache", "seed", "tool_choice.parallel_calls", ...RECENT_FIELDS],
    thoughtSignatures: true,
    names: false,
  },
});
