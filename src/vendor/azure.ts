/**
 * Azure AI Foundry (Claude) and Azure OpenAI. https://learn.microsoft.com/azure/ai-foundry/openai/reference and
 * https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
 */

import { CHAT_DEFAULTS } from "./chat-defaults.ts";
import { STRICT_RULES } from "./chat-rules.ts";
import { MESSAGES_DEFAULTS } from "./messages-defaults.ts";
import type { AddressParts, Vendor } from "./vendor.ts";

export const azure: Vendor = {
  name: "azure",
  source: "https://learn.microsoft.com/azure/ai-foundry",
  hosts: [".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"],
  defaultEndpoint: undefined,
  needsKey: true,
  allowsCleartext: false,
  priceList: "azure",
  dialects: {
    "openai-chat": { ...CHAT_DEFAULTS, cachesByKey: true, rules: STRICT_RULES, auth: "api-key", makeUrl: makeChatUrl },
    "anthropic-messages": {
      ...MESSAGES_DEFAULTS,
      makeUrl: ({ endpoint }) =>
        endpoint.endsWith("/anthropic") ? `${endpoint}/v1/messages` : `${endpoint}/anthropic/v1/messages`,
    },
  },
};

/** The dated versions name the deployment in the path; the undated v1 API names the model in the body. */
function makeChatUrl({ endpoint, model, apiVersion }: AddressParts): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(apiVersion)) {
    return endpoint.endsWith("/openai/v1") ? `${endpoint}/chat/completions` : `${endpoint}/openai/v1/chat/completions`;
  }
  const deployment = encodeURIComponent(model);
  return `${endpoint}/openai/deployments/${deployment}/chat/completions?api-version=${encodeURIComponent(apiVersion)}`;
}
