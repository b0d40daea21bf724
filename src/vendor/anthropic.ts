/** Anthropic's own API. https://platform.claude.com/docs/en/api/overview */

import { MESSAGES_DEFAULTS } from "./messages-defaults.ts";
import type { Vendor } from "./vendor.ts";

export const anthropic: Vendor = {
  name: "anthropic",
  source: "https://platform.claude.com/docs/en/api/overview",
  hosts: ["api.anthropic.com"],
  defaultEndpoint: "https://api.anthropic.com",
  needsKey: true,
  allowsCleartext: false,
  priceList: "anthropic",
  dialects: { "anthropic-messages": { ...MESSAGES_DEFAULTS, cacheMark: "request" } },
};
