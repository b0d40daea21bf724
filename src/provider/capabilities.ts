/** What models can carry: defaults by the model's name, which a route's configuration replaces field by field. */

import { create } from "@bufbuild/protobuf";
import { Continuation as ConfigContinuation, type Route } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type Capabilities, CapabilitiesSchema, Continuation } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { DialectName } from "./platform/platform-rules.ts";

/**
 * How a model is told to reason: by an effort word (OpenAI), by a budget of tokens (Claude up to 4.5), adaptively with
 * an effort word (Claude from 4.6 on), or not at all.
 */
export type ReasoningForm = "effort" | "budget" | "adaptive" | "none";

/** What is known of a family of models. */
export interface ModelTraits {
  readonly continuation: Continuation;
  readonly reasoningForm: ReasoningForm;
  /** Whether `temperature` and `top_p` are taken. */
  readonly temperature: boolean;
  readonly tools: boolean;
  readonly images: boolean;
  readonly jsonSchema: boolean;
  readonly contextWindowTokens: bigint | undefined;
  readonly maxOutputTokens: bigint | undefined;
}

/** A model that nobody has described: the common features, and nothing that must be asked for by a name of its own. */
const UNKNOWN_MODEL: ModelTraits = {
  continuation: Continuation.INSTRUCT,
  reasoningForm: "none",
  temperature: true,
  tools: true,
  images: true,
  jsonSchema: true,
  contextWindowTokens: undefined,
  maxOutputTokens: undefined,
};

function claude(pattern: RegExp, windowTokens: bigint, outputTokens: bigint, traits: Partial<ModelTraits>): ModelRule {
  return rule("anthropic-messages", pattern, windowTokens, outputTokens, traits);
}

function gpt(pattern: RegExp, windowTokens: bigint, outputTokens: bigint, traits: Partial<ModelTraits>): ModelRule {
  return rule("openai-chat", pattern, windowTokens, outputTokens, traits);
}

interface ModelRule {
  readonly dialect: DialectName;
  readonly pattern: RegExp;
  readonly traits: ModelTraits;
}

function rule(
  dialect: DialectName,
  pattern: RegExp,
  contextWindowTokens: bigint,
  maxOutputTokens: bigint,
  traits: Partial<ModelTraits>,
): ModelRule {
  return { dialect, pattern, traits: { ...UNKNOWN_MODEL, contextWindowTokens, maxOutputTokens, ...traits } };
}

const PREFILLED = { continuation: Continuation.PREFILL } as const;
const ADAPTIVE = { reasoningForm: "adaptive" } as const;
/** Models that sample as they like, and reason by effort. */
const EFFORT_ONLY = { reasoningForm: "effort", temperature: false } as const;

/**
 * The first rule that matches counts. Claude takes a prefill up to 4.5, and answers 400 to one from 4.6 on
 * (https://platform.claude.com/docs/en/about-claude/models/migration-guide); from 4.7 on it takes no `temperature`.
 */
const RULES: readonly ModelRule[] = [
  claude(/claude-(?:opus|sonnet|haiku)-4[-.]6(?!\d)/, 1_000_000n, 64_000n, ADAPTIVE),
  claude(/claude-(?:opus|sonnet|haiku)-4[-.](?:[7-9]|\d\d)(?!\d)/, 1_000_000n, 64_000n, {
    ...ADAPTIVE,
    temperature: false,
  }),
  claude(/claude-opus-4(?![-.]5)/, 200_000n, 32_000n, { ...PREFILLED, reasoningForm: "budget", jsonSchema: false }),
  claude(/claude-(?:opus|sonnet|haiku)-4[-.]5/, 200_000n, 64_000n, { ...PREFILLED, reasoningForm: "budget" }),
  claude(/claude-sonnet-4/, 200_000n, 64_000n, { ...PREFILLED, reasoningForm: "budget", jsonSchema: false }),
  claude(/claude-3[-.]7/, 200_000n, 64_000n, { ...PREFILLED, reasoningForm: "budget", jsonSchema: false }),
  claude(/claude-3[-.]5/, 200_000n, 8_192n, { ...PREFILLED, jsonSchema: false }),
  claude(/claude-3/, 200_000n, 4_096n, { ...PREFILLED, jsonSchema: false }),
  claude(/claude-haiku-5/, 200_000n, 64_000n, { ...ADAPTIVE, temperature: false }),
  claude(/claude/, 1_000_000n, 64_000n, { ...ADAPTIVE, temperature: false }),
  gpt(/gpt-oss/, 131_072n, 131_072n, { reasoningForm: "effort", images: false }),
  gpt(/gpt-5(?:\.\d+)?-chat|gpt-chat-latest/, 128_000n, 16_384n, {}),
  gpt(/gpt-5\.(?:[4-9]|\d\d)(?!-(?:mini|nano))|gpt-[6-9]/, 1_000_000n, 128_000n, EFFORT_ONLY),
  gpt(/gpt-5/, 400_000n, 128_000n, EFFORT_ONLY),
  gpt(/(?:^|\/)o\d/, 200_000n, 100_000n, EFFORT_ONLY),
  gpt(/gpt-4\.1/, 1_000_000n, 32_768n, {}),
  gpt(/gpt-4o|chatgpt-4o/, 128_000n, 16_384n, {}),
  gpt(/gpt-4-turbo/, 128_000n, 4_096n, { jsonSchema: false }),
  gpt(/gpt-4-32k/, 32_768n, 4_096n, { images: false, jsonSchema: false }),
  gpt(/gpt-4(?![.\w])/, 8_192n, 8_192n, { images: false, jsonSchema: false }),
  gpt(/gpt-3\.5/, 16_385n, 4_096n, { images: false, jsonSchema: false }),
];

/** API versions from this one on take no `temperature`, `top_p` and `top_k`, whatever the model. */
const ANTHROPIC_WITHOUT_TEMPERATURE = "2026-10-21";

const CONFIGURED_CONTINUATION: Readonly<Record<number, Continuation>> = {
  [ConfigContinuation.PREFILL]: Continuation.PREFILL,
  [ConfigContinuation.INSTRUCT]: Continuation.INSTRUCT,
  [ConfigContinuation.NONE]: Continuation.NONE,
};

/** What is known of a model by its name. */
export function findModelTraits(dialect: DialectName, model: string): ModelTraits {
  const name = model.toLowerCase();
  return RULES.find((known) => known.dialect === dialect && known.pattern.test(name))?.traits ?? UNKNOWN_MODEL;
}

/** What a route can carry. `apiVersion` is the one that is asked for; `route` replaces what it names. */
export function makeCapabilities(
  dialect: DialectName,
  apiVersion: string,
  traits: ModelTraits,
  route: Route,
): Capabilities {
  const own = route.capabilities;
  const versionTakesTemperature = dialect !== "anthropic-messages" || apiVersion < ANTHROPIC_WITHOUT_TEMPERATURE;
  const contextWindowTokens = own?.contextWindowTokens ?? traits.contextWindowTokens;
  const maxOutputTokens = own?.maxOutputTokens ?? traits.maxOutputTokens;
  return create(CapabilitiesSchema, {
    tools: own?.tools ?? traits.tools,
    images: own?.images ?? traits.images,
    jsonSchema: own?.jsonSchema ?? traits.jsonSchema,
    reasoning: own?.reasoning ?? traits.reasoningForm !== "none",
    temperature: own?.temperature ?? (traits.temperature && versionTakesTemperature),
    continuation: CONFIGURED_CONTINUATION[route.continuation] ?? traits.continuation,
    ...(contextWindowTokens !== undefined && { contextWindowTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
  });
}
