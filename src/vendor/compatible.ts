/** Any server that speaks one of the wire formats: each of them, so a new one is missing here until it is described. */

import { CHAT_DEFAULTS } from "./chat-defaults.ts";
import { CHAT_RULES } from "./chat-rules.ts";
import { MESSAGES_DEFAULTS } from "./messages-defaults.ts";
import type { DialectName, Vendor, VendorDialect } from "./vendor.ts";

const DIALECTS: Readonly<Record<DialectName, VendorDialect>> = {
  // Such servers know the older name of the parameter; OpenAI's reasoning models refuse it.
  "openai-chat": {
    ...CHAT_DEFAULTS,
    maxTokensName: "max_tokens",
    rules: { ...CHAT_RULES, reasoningBack: "taken" },
  },
  "anthropic-messages": MESSAGES_DEFAULTS,
};

export const compatible: Vendor = {
  name: "compatible",
  source: "https://platform.openai.com/docs/api-reference/chat",
  hosts: [],
  defaultEndpoint: undefined,
  needsKey: false,
  allowsCleartext: true,
  // An unknown host may have any price, also for a well-known model.
  priceList: undefined,
  dialects: DIALECTS,
};
