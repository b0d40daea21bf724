/** Amazon Bedrock, by its `bedrock-mantle` endpoints, at `https://bedrock-mantle.REGION.api.aws`, with a Bedrock API key. */

import { CHAT_DEFAULTS } from "./chat-defaults.ts";
import { MESSAGES_DEFAULTS } from "./messages-defaults.ts";
import type { Vendor } from "./vendor.ts";

export const bedrock: Vendor = {
  name: "bedrock",
  source: "https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
  hosts: [".api.aws", ".amazonaws.com"],
  defaultEndpoint: undefined,
  needsKey: true,
  allowsCleartext: false,
  priceList: "aws",
  dialects: {
    "openai-chat": {
      ...CHAT_DEFAULTS,
      makeUrl: ({ endpoint }) => `${endpoint.replace(/\/openai\/v1$/, "")}/openai/v1/chat/completions`,
    },
    "anthropic-messages": {
      ...MESSAGES_DEFAULTS,
      auth: "bearer",
      makeUrl: ({ endpoint }) => `${endpoint.replace(/\/anthropic$/, "")}/anthropic/v1/messages`,
    },
  },
};
