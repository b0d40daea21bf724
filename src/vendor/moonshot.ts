/** Moonshot AI (Kimi). */

import { describeChatVendor } from "./chat-vendor.ts";

export const moonshot = describeChatVendor({
  name: "moonshot",
  source: "https://platform.moonshot.ai/docs/api/chat",
  hosts: ["api.moonshot.ai", "api.moonshot.cn"],
  endpoint: "https://api.moonshot.ai/v1",
  rules: {
    without: ["cache", "seed", "verbosity", "service_tier"],
    temperatureMax: 1,
  },
});
