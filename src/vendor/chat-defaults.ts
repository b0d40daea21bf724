/** What Chat Completions is at most vendors. https://platform.openai.com/docs/api-reference/chat */

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
  maxTokensName: "max_completion_tokens",
  models: GPT_MODELS,
  errors: ERRORS,
};
