/** Any server that speaks one of the wire formats. */

import type { PlatformRules } from "./platform-rules.ts";

export const compatiblePlatform: PlatformRules = {
  name: "compatible",
  defaultEndpoint: undefined,
  ownDialect: undefined,
  makeUrl({ endpoint, dialect }) {
    if (dialect === "openai-chat") return `${endpoint}/chat/completions`;
    return endpoint.endsWith("/v1") ? `${endpoint}/messages` : `${endpoint}/v1/messages`;
  },
  makeAuthHeaders(dialect, apiKey): Record<string, string> {
    return dialect === "openai-chat" ? { authorization: `Bearer ${apiKey}` } : { "x-api-key": apiKey };
  },
};
