/** Azure AI Foundry (Claude) and Azure OpenAI. */

import type { PlatformRules } from "./platform-rules.ts";

export const azurePlatform: PlatformRules = {
  name: "azure",
  defaultEndpoint: undefined,
  ownDialect: undefined,
  makeUrl({ endpoint, dialect, model, apiVersion }) {
    if (dialect === "anthropic-messages") {
      return endpoint.endsWith("/anthropic") ? `${endpoint}/v1/messages` : `${endpoint}/anthropic/v1/messages`;
    }
    // The dated versions name the deployment in the path; the undated v1 API names the model in the body.
    if (!/^\d{4}-\d{2}-\d{2}/.test(apiVersion)) {
      return endpoint.endsWith("/openai/v1")
        ? `${endpoint}/chat/completions`
        : `${endpoint}/openai/v1/chat/completions`;
    }
    const deployment = encodeURIComponent(model);
    return `${endpoint}/openai/deployments/${deployment}/chat/completions?api-version=${encodeURIComponent(apiVersion)}`;
  },
  makeAuthHeaders(dialect, apiKey): Record<string, string> {
    return dialect === "openai-chat" ? { "api-key": apiKey } : { "x-api-key": apiKey };
  },
};
