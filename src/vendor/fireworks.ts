/** Fireworks AI. */

import { describeChatVendor } from "./chat-vendor.ts";

export const fireworks = describeChatVendor({
  name: "fireworks",
  source: "https://docs.fireworks.ai/api-reference",
  hosts: ["api.fireworks.ai"],
  endpoint: "https://api.fireworks.ai/inference/v1",
  priceList: "fireworks",
  rules: {
    without: ["cache", "verbosity", "service_tier"],
  },
});
