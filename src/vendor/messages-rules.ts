/** What Messages takes. https://platform.claude.com/docs/en/api/messages */

import type { ModelRequestRules, RequestRules } from "./request-rules.ts";

export const MESSAGES_RULES: RequestRules = {
  without: ["seed", "frequency_penalty", "presence_penalty", "verbosity", "prompt_cache_key"],
  // "temperature: range: 0..1"
  temperatureMax: 1,
  topPBesideTemperature: true,
  // "`temperature` may only be set to 1 when thinking is enabled."
  samplingWhileThinking: false,
  maxStops: 16,
  // "stop_sequences: each stop sequence must contain non-whitespace"
  blankStops: false,
  serviceTiers: ["auto", "standard_only"],
  lateSystem: false,
  // "text content blocks must contain non-whitespace text"
  emptyTurns: false,
  names: false,
  callId: { pattern: /^[\w-]{1,64}$/, length: 24, prefix: "toolu_" },
  // https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
  schema: {
    without: [
      "minimum",
      "maximum",
      "exclusiveMinimum",
      "exclusiveMaximum",
      "multipleOf",
      "minLength",
      "maxLength",
      "minItems",
      "maxItems",
      "uniqueItems",
      "minProperties",
      "maxProperties",
    ],
    closed: true,
    strictIfComplete: false,
  },
  reasoningBack: "refused",
  thoughtSignatures: false,
};

/** "`temperature` and `top_p` cannot both be specified for this model", from Opus 4.1 and the 4.5 models on. */
export const MESSAGES_FAMILIES: readonly ModelRequestRules[] = [
  { pattern: /claude-(?!3|(?:opus|sonnet)-4(?:-2|@|$|-latest))/, rules: { topPBesideTemperature: false } },
];
