/** What is known of a vendor, as data. */

import type { ErrorRule } from "./error-rule.ts";
import type { ModelRule } from "./model-traits.ts";
import type { ModelRequestRules, RequestRules } from "./request-rules.ts";

/** The wire formats, by the words of the configuration. */
export const DIALECT_NAMES = ["openai-chat", "anthropic-messages"] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/** How a key is sent: in a header of its own, or as `authorization: Bearer`. */
export type AuthKind = "x-api-key" | "api-key" | "bearer";

/** What an address is made of. */
export interface AddressParts {
  /** Base URL without a slash at its end. */
  readonly endpoint: string;
  /** The model, or on Azure OpenAI the deployment. */
  readonly model: string;
  /** Empty if none is asked for. */
  readonly apiVersion: string;
}

/** A wire format as one vendor speaks it. */
export interface VendorDialect {
  /** Where requests go. */
  makeUrl(parts: AddressParts): string;
  readonly auth: AuthKind;
  /** Header that carries the API version; undefined if none does. */
  readonly versionHeader: string | undefined;
  /** API version that is asked for if the configuration names none; empty if there are no versions. */
  readonly defaultApiVersion: string;
  /** First API version that takes no `temperature` and `top_p`, whatever the model; undefined if all take them. */
  readonly samplingEndsAt: string | undefined;
  /** Whether signs of life come while the model thinks. */
  readonly pings: boolean;
  /** Name of the parameter for the most tokens of an answer. */
  readonly maxTokensName: "max_tokens" | "max_completion_tokens";
  /** Name of the parameter for repeatable sampling. */
  readonly seedName: "seed" | "random_seed";
  /** What its models can carry. The first rule that matches counts. */
  readonly models: readonly ModelRule[];
  /** What its errors mean. The first rule that fits counts. */
  readonly errors: readonly ErrorRule[];
  /** Whether a `prompt_cache_key` helps it to find what it kept of a conversation. */
  readonly cachesByKey: boolean;
  /**
   * Where what may be kept is marked: `request`, once, and the upstream finds the best place; `blocks`, at the ends of
   * instructions and conversation; `none`, where nothing must be marked.
   */
  readonly cacheMark: "request" | "blocks" | "none";
  /** What it takes of a request. */
  readonly rules: RequestRules;
  /** What families of models take, which goes before `rules`. */
  readonly families: readonly ModelRequestRules[];
}

/** One vendor. */
export interface Vendor {
  /** Its platform, by the word of the configuration. */
  readonly name: string;
  /** Where what is known of it is written down. */
  readonly source: string;
  /** How the hosts of its own servers end. Empty for servers that anybody may run. */
  readonly hosts: readonly string[];
  /** Used if the configuration names none; undefined if it must. */
  readonly defaultEndpoint: string | undefined;
  readonly needsKey: boolean;
  /** Whether `http://` is allowed to other machines. */
  readonly allowsCleartext: boolean;
  /** Its list in the built-in table of prices; undefined if the endpoint's host tells. */
  readonly priceList: string | undefined;
  /** The wire formats that it speaks. */
  readonly dialects: Readonly<Partial<Record<DialectName, VendorDialect>>>;
}
