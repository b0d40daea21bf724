/** What Messages is at most vendors. https://platform.claude.com/docs/en/api/messages */

import { CLAUDE_MODELS } from "./claude-models.ts";
import { ERRORS } from "./errors.ts";
import { MESSAGES_FAMILIES, MESSAGES_RULES } from "./messages-rules.ts";
import type { VendorDialect } from "./vendor.ts";

/** A vendor replaces what differs. */
export const MESSAGES_DEFAULTS: VendorDialect = {
  makeUrl: ({ endpoint }) => (endpoint.endsWith("/v1") ? `${endpoint}/messages` : `${endpoint}/v1/messages`),
  auth: "x-api-key",
  versionHeader: "anthropic-version",
  defaultApiVersion: "2023-06-01",
  samplingEndsAt: "2026-10-21",
  pings: true,
  seedName: "seed",
  maxTokensName: "max_tokens",
  models: CLAUDE_MODELS,
  errors: ERRORS,
  cachesByKey: false,
  cacheMark: "blocks",
  rules: MESSAGES_RULES,
  families: MESSAGES_FAMILIES,
};

/** Messages demands a number of tokens. This one fits every model that is still served. */
export const DEFAULT_MAX_TOKENS = 8192;
