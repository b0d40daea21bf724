/** Databricks Model Serving, at `https://WORKSPACE/serving-endpoints`. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const databricks = describeChatVendor({
  name: "databricks",
  source: "https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference",
  hosts: [".cloud.databricks.com", ".azuredatabricks.net", ".gcp.databricks.com"],
  endpoint: undefined,
  rules: {
    without: ["cache", "seed", "tool_choice.parallel_calls", ...RECENT_FIELDS],
    names: false,
  },
});
