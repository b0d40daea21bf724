/** Anthropic's own API. */

import type { PlatformRules } from "./platform-rules.ts";

export const anthropicPlatform: PlatformRules = {
  name: "anthropic",
  defaultEndpoint: "https://api.anthropic.com",
  ownDialect: "anthropic-messages",
  makeUrl: ({ endpoint }) => (endpoint.endsWith("/v1") ? `${endpoint}/messages` : `${endpoint}/v1/messages`),
  makeAuthHeaders: (_dialect, apiKey) => ({ "x-api-key": apiKey }),
};
