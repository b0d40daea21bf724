/** Alibaba Cloud Model Studio (Qwen). */

import { RECENT_FIELDS } from "./chat-rules.ts";
import { describeChatVendor } from "./chat-vendor.ts";

export const alibaba = describeChatVendor({
  name: "alibaba",
  source: "https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference",
  hosts: ["dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"],
  endpoint: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  rules: {
    without: ["cache", "frequency_penalty", ...RECENT_FIELDS],
    temperatureMax: 1.99,
  },
});
