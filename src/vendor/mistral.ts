/** Mistral AI. It checks strictly: "Extra inputs are not permitted". */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const mistral = describeChatVendor({
  name: "mistral",
  source: "https://docs.mistral.ai/api",
  hosts: ["api.mistral.ai"],
  endpoint: "https://api.mistral.ai/v1",
  priceList: "mistral",
  dialect: { seedName: "random_seed" },
  rules: {
    without: ["cache", "stream_options", ...RECENT_FIELDS],
    temperatureMax: 1.5,
    names: false,
  },
});
