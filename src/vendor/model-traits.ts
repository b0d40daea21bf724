/** What models can carry, by their names. */

import { ReasoningOptions_Effort as Effort } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { Continuation, Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";

/**
 * How a model is told to reason: by an effort word (OpenAI), by a budget of tokens (Claude up to 4.5), adaptively with
 * an effort word (Claude from 4.6 on), or not at all.
 */
export type ReasoningForm = "effort" | "budget" | "adaptive" | "none";

/** What is known of a family of models. */
export interface ModelTraits {
  readonly continuation: Continuation;
  readonly reasoningForm: ReasoningForm;
  /** When it thinks before it answers. What it thinks may be hidden, so its silence may be long. */
  readonly thinking: Thinking;
  /** The effort word for no reasoning, or for the least where a model always reasons. */
  readonly leastEffort: "none" | "minimal" | "low";
  /** The efforts that it knows; empty if nothing is known. */
  readonly efforts: readonly Effort[];
  /** Whether `temperature` and `top_p` are taken. */
  readonly temperature: boolean;
  readonly tools: boolean;
  readonly images: boolean;
  readonly jsonSchema: boolean;
  readonly contextWindowTokens: bigint | undefined;
  readonly maxOutputTokens: bigint | undefined;
}

/** A family of models, known by a pattern that the model's name in lower case matches. */
export interface ModelRule {
  readonly pattern: RegExp;
  readonly traits: ModelTraits;
}

/** A model that nobody has described: the common features, and nothing that must be asked for by a name of its own. */
export const UNKNOWN_MODEL: ModelTraits = {
  continuation: Continuation.INSTRUCT,
  reasoningForm: "none",
  thinking: Thinking.ON_REQUEST,
  leastEffort: "none",
  efforts: [],
  temperature: true,
  tools: true,
  images: true,
  jsonSchema: true,
  contextWindowTokens: undefined,
  maxOutputTokens: undefined,
};

/** A family that differs from an unknown model by these traits. */
export function makeModelRule(
  pattern: RegExp,
  contextWindowTokens: bigint,
  maxOutputTokens: bigint,
  traits: Partial<ModelTraits>,
): ModelRule {
  return { pattern, traits: { ...UNKNOWN_MODEL, contextWindowTokens, maxOutputTokens, ...traits } };
}

/** What is known of a model by its name. The first rule that matches counts. */
export function findModelTraits(rules: readonly ModelRule[], model: string): ModelTraits {
  const name = model.toLowerCase();
  return rules.find(({ pattern }) => pattern.test(name))?.traits ?? UNKNOWN_MODEL;
}
