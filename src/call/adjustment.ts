/** What may go from a request without changing what it asks for, where a route does not take it. */

/** The fields, by their names in `CompleteRequest`. `stream_options` is the gateway's own. */
export const ADJUSTABLE_FIELDS = [
  "temperature",
  "top_p",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "verbosity",
  "tool_choice.parallel_calls",
  "service_tier",
  "prompt_cache_key",
  "cache",
  "stream_options",
  "reasoning.effort",
  "max_output_tokens",
  "stop_sequences",
  "messages.name",
  "messages.reasoning",
  "dialect_fields",
  "response_format",
] as const;

export type AdjustableField = (typeof ADJUSTABLE_FIELDS)[number];

/** A field that was left out or changed for a route. */
export interface Adjustment {
  readonly field: AdjustableField;
  /** Why, and what became of it, in a sentence: `left out: the model takes no value of its own`. */
  readonly reason: string;
}

/** A field that an upstream refused by its name. */
export interface Refusal {
  readonly field: AdjustableField;
  /** Whether it would be refused in every request: the model or the server does not have it. */
  readonly lasting: boolean;
}
