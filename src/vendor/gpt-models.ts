/** What OpenAI's models can carry. https://platform.openai.com/docs/models */

import { ReasoningOptions_Effort as Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { makeModelRule as gpt, type ModelRule, UNKNOWN_MODEL } from "./model-traits.ts";

/** Models that sample as they like, and reason by effort, also where nobody asks for it. */
const USUAL = [Effort.NONE, Effort.LOW, Effort.MEDIUM, Effort.HIGH] as const;
const EFFORT_ONLY = {
  reasoningForm: "effort",
  efforts: USUAL,
  temperature: false,
  thinking: Thinking.BY_DEFAULT,
} as const;

/** Models of others that think unless they are told not to, and of whose windows nothing is said here. */
const THINKERS =
  /deepseek-(?:r\d|reasoner|v[4-9])|\bqwq|thinking(?!-off)|kimi-k2\.[5-9]|glm-(?:4\.[5-9]|[5-9])|grok-(?:3-mini|4)(?!.*non-reasoning)|gemini-(?:2\.5|[3-9])|minimax-m\d|magistral|reasoning(?<!non-reasoning)/;

export const GPT_MODELS: readonly ModelRule[] = [
  gpt(/gpt-oss/, 131_072n, 131_072n, {
    reasoningForm: "effort",
    efforts: USUAL,
    leastEffort: "low",
    thinking: Thinking.ALWAYS,
    images: false,
  }),
  gpt(/gpt-5(?:\.\d+)?-chat|gpt-chat-latest/, 128_000n, 16_384n, {}),
  gpt(/gpt-5\.(?:[4-9]|\d\d)(?!-(?:mini|nano))|gpt-[6-9]/, 1_000_000n, 128_000n, {
    ...EFFORT_ONLY,
    efforts: [...USUAL, Effort.XHIGH],
  }),
  gpt(/gpt-5\./, 400_000n, 128_000n, EFFORT_ONLY),
  gpt(/gpt-5/, 400_000n, 128_000n, { ...EFFORT_ONLY, leastEffort: "minimal", efforts: [...USUAL, Effort.MINIMAL] }),
  gpt(/(?:^|\/)o\d/, 200_000n, 100_000n, { ...EFFORT_ONLY, leastEffort: "low", thinking: Thinking.ALWAYS }),
  gpt(/gpt-4\.1/, 1_000_000n, 32_768n, {}),
  gpt(/gpt-4o|chatgpt-4o/, 128_000n, 16_384n, {}),
  gpt(/gpt-4-turbo/, 128_000n, 4_096n, { jsonSchema: false }),
  gpt(/gpt-4-32k/, 32_768n, 4_096n, { images: false, jsonSchema: false }),
  gpt(/gpt-4(?![.\w])/, 8_192n, 8_192n, { images: false, jsonSchema: false }),
  gpt(/gpt-3\.5/, 16_385n, 4_096n, { images: false, jsonSchema: false }),
  { pattern: THINKERS, traits: { ...UNKNOWN_MODEL, thinking: Thinking.BY_DEFAULT } },
];
