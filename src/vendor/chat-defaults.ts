/** What Chat Completions is at most vendors. https://platform.openai.com/docs/api-reference/chat */

import { CHAT_FAMILIES, CHAT_RULES } from "./chat-rules.ts";
import { ERRORS } from "./errors.ts";
import { GPT_MODELS } from "./gpt-models.ts";
import type { VendorDialect } from "./vendor.ts";

/** A vendor replaces what differs. */
export const CHAT_DEFAULTS: VendorDialect = {
  makeUrl: ({ endpoint }) => `${endpoint}/chat/completions`,
  auth: "bearer",
  versionHeader: undefined,
  defaultApiVersion: "",
  samplingEndsAt: undefined,
  pings: false,
  seedName: "seed",
  maxTokensName: "max_completion_tokens",
  models: GPT_MODELS,
  errors: ERRORS,
  cachesByKey: false,
  cacheMark: "none",
  rules: CHAT_RULES,
  families: CHAT_FAMILIES,
};
