/** What Chat Completions takes, at most vendors and by families of models. */

import type { AdjustableField } from "../call/adjustment.ts";
import type { ModelRequestRules, RequestRules } from "./request-rules.ts";

/** OpenAI's own. https://platform.openai.com/docs/api-reference/chat/create */
export const CHAT_RULES: RequestRules = {
  without: ["cache"],
  temperatureMax: 2,
  topPBesideTemperature: true,
  samplingWhileThinking: true,
  maxStops: 4,
  blankStops: true,
  serviceTiers: undefined,
  lateSystem: true,
  emptyTurns: true,
  names: true,
  // `string_above_max_length` from 41 characters on.
  callId: { pattern: /^[\w.:-]{1,40}$/, length: 24, prefix: "call_" },
  schema: { without: [], closed: false, strictIfComplete: false },
  reasoningBack: "refused",
  thoughtSignatures: false,
};

/**
 * OpenAI's own servers and Azure's: "'additionalProperties' is required to be supplied and to be false".
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export const STRICT_RULES: RequestRules = {
  ...CHAT_RULES,
  schema: { without: [], closed: false, strictIfComplete: true },
};

/** Fields that OpenAI added in the last years: servers that check strictly refuse them. */
export const RECENT_FIELDS: readonly AdjustableField[] = ["verbosity", "service_tier", "prompt_cache_key"];

const PENALTIES: readonly AdjustableField[] = ["frequency_penalty", "presence_penalty"];

/** Families that have rules of their own wherever they run. */
export const CHAT_FAMILIES: readonly ModelRequestRules[] = [
  // Recorded: "Unsupported parameter: 'stop' is not supported with this model."
  {
    pattern: /(?:^|\/)o\d|gpt-5(?!(?:\.\d+)?-chat)|gpt-[6-9]/,
    rules: {
      without: ["stop_sequences", ...PENALTIES],
      reasoningBack: "refused",
      maxTokensName: "max_completion_tokens",
    },
  },
  // "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9."
  {
    pattern: /mistral|mixtral|codestral|ministral|magistral|devstral|pixtral|voxtral/,
    rules: { callId: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9, prefix: "" }, reasoningBack: "refused" },
  },
  // https://api-docs.deepseek.com/guides/thinking_mode: with tools the reasoning must be passed back.
  { pattern: /deepseek/, rules: { reasoningBack: "demanded" } },
  // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model: the same, and temperature from 0 to 1.
  { pattern: /kimi|moonshot/, rules: { reasoningBack: "demanded", temperatureMax: 1 } },
  // https://docs.z.ai/guides/capabilities/thinking-mode: interleaved thinking is passed back.
  { pattern: /(?:^|\/)glm-/, rules: { reasoningBack: "demanded" } },
  { pattern: /minimax/, rules: { reasoningBack: "demanded", temperatureMax: 1 } },
  // https://ai.google.dev/gemini-api/docs/thought-signatures
  { pattern: /gemini/, rules: { thoughtSignatures: true } },
  // https://docs.x.ai/docs/guides/reasoning: reasoning models take neither.
  { pattern: /grok-(?:3-mini|4)(?!.*non-reasoning)/, rules: { without: ["stop_sequences", ...PENALTIES] } },
  // Claude behind Chat Completions keeps the rules of its own API.
  {
    pattern: /claude/,
    rules: { temperatureMax: 1, topPBesideTemperature: false, blankStops: false, emptyTurns: false },
  },
];
