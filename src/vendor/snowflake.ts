/** Snowflake Cortex, at `https://ACCOUNT.snowflakecomputing.com/api/v2/cortex/v1`. It names no finish reason. */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const snowflake = describeChatVendor({
  name: "snowflake",
  source: "https://docs.snowflake.com/en/user-guide/snowflake-cortex/open_ai_sdk",
  hosts: [".snowflakecomputing.com"],
  endpoint: undefined,
  dialect: { maxTokensName: "max_completion_tokens" },
  rules: {
    without: ["cache", "seed", ...RECENT_FIELDS],
  },
});
