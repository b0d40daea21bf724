/**
 * What each vendor refuses, in its own words. Written down from recorded refusals and from the vendors' documentation, and
 * not from what the gateway knows of them, so that the two can be held against each other.
 */

import type { JsonField } from "../dialect/json-field.ts";

/** Says what is wrong with a request, as the vendor says it; undefined if it is taken. */
type Rule = (body: JsonField) => string | undefined;

const isSet =
  (name: string, message: string): Rule =>
  (body) =>
    body.at(name).isSet ? message : undefined;

/** Fields that a strict server does not have. */
const extra = (...names: string[]): Rule[] =>
  names.map((name) => isSet(name, `body.${name}: Extra inputs are not permitted`));

const above =
  (name: string, most: number, message: string): Rule =>
  (body) =>
    (body.at(name).number ?? 0) > most ? message : undefined;

const messagesOf = (body: JsonField): JsonField[] => body.at("messages").items;

/** Each id of a call, where it is made and where it is answered. */
const idsOf = (body: JsonField): string[] =>
  messagesOf(body).flatMap((message) => [
    ...message.at("tool_calls").items.map((call) => call.at("id").text ?? ""),
    ...(message.at("tool_call_id").text === undefined ? [] : [message.at("tool_call_id").text ?? ""]),
  ]);

const callIds =
  (pattern: RegExp, message: string): Rule =>
  (body) =>
    idsOf(body).every((id) => pattern.test(id)) ? undefined : message;

/** No two calls of a conversation may have one id: the results would be mixed up. */
const distinctCalls: Rule = (body) => {
  const ids = messagesOf(body).flatMap((message) => message.at("tool_calls").items.map((call) => call.at("id").text));
  return new Set(ids).size === ids.length ? undefined : "Duplicate tool call ids";
};

const unnamed: Rule = (body) =>
  messagesOf(body).some((message) => message.at("name").isSet)
    ? "'messages.0' : for 'role:user' the following must be satisfied[('messages.0' : property 'name' is unsupported)]"
    : undefined;

/** A turn that called tools must bring what the model thought before it. */
const reasoningBack =
  (message: string): Rule =>
  (body) =>
    messagesOf(body).some((each) => each.at("tool_calls").isSet && !each.at("reasoning_content").text)
      ? message
      : undefined;

const noReasoning: Rule = (body) =>
  messagesOf(body).some((message) => message.at("reasoning_content").isSet)
    ? "Additional properties are not allowed ('reasoning_content' was unexpected) - 'messages'"
    : undefined;

const signed: Rule = (body) =>
  messagesOf(body).some((message) => {
    const [first] = message.at("tool_calls").items;
    return first !== undefined && !first.at("extra_content").at("google").at("thought_signature").text;
  })
    ? "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly."
    : undefined;

const systemFirst: Rule = (body) => {
  const roles = messagesOf(body).map((message) => message.at("role").text);
  const begins = roles.findIndex((role) => role !== "system");
  return roles.some((role, index) => role === "system" && index > begins)
    ? "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s)."
    : undefined;
};

const stops = (body: JsonField): JsonField[] => body.at("stop").items;

const NEW_CLAUDE = /claude-(?:(?:opus|sonnet|haiku)-4-[6-9]|.*-5)/;

/** With a budget, the last turn that called tools must begin with its signed thinking. */
const thoughtFirst: Rule = (body) => {
  const turn = messagesOf(body).findLast((message) => message.at("role").text === "assistant");
  const blocks = turn?.at("content").items ?? [];
  const calls = blocks.some((block) => block.at("type").text === "tool_use");
  if (body.at("thinking").at("type").text !== "enabled" || !calls) return undefined;
  const [first] = blocks;
  return ["thinking", "redacted_thinking"].includes(first?.at("type").text ?? "")
    ? undefined
    : "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block";
};

const claude: readonly Rule[] = [
  above("temperature", 1, "temperature: range: 0..1"),
  (body) =>
    body.at("temperature").isSet && body.at("top_p").isSet
      ? "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
      : undefined,
  (body) =>
    ["enabled", "adaptive"].includes(body.at("thinking").at("type").text ?? "") && body.at("temperature").isSet
      ? "`temperature` may only be set to 1 when thinking is enabled."
      : undefined,
  (body) =>
    body.at("stop_sequences").items.some((stop) => (stop.text ?? "").trim() === "")
      ? "stop_sequences: each stop sequence must contain non-whitespace"
      : undefined,
  (body) =>
    NEW_CLAUDE.test(body.at("model").text ?? "") && messagesOf(body).at(-1)?.at("role").text === "assistant"
      ? "This model does not support assistant message prefill. The conversation must end with a user message."
      : undefined,
  ...extra("seed", "frequency_penalty", "presence_penalty", "verbosity", "prompt_cache_key"),
  thoughtFirst,
  (body) =>
    messagesOf(body)
      .flatMap((message) => message.at("content").items)
      .some((block) => {
        const id = block.at("id").text ?? block.at("tool_use_id").text;
        return id !== undefined && !/^[a-zA-Z0-9_-]+$/.test(id);
      })
      ? "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
      : undefined,
];

const REASONING_MODEL = /^(?:o\d|gpt-5)/;

const openai: readonly Rule[] = [
  (body) => {
    if (!REASONING_MODEL.test(body.at("model").text ?? "")) return undefined;
    const refused = ["stop", "top_p", "frequency_penalty", "presence_penalty", "max_tokens"].find(
      (name) => body.at(name).isSet,
    );
    if (refused !== undefined) return `Unsupported parameter: '${refused}' is not supported with this model.`;
    const temperature = body.at("temperature").number ?? 1;
    return temperature === 1
      ? undefined
      : `Unsupported value: 'temperature' does not support ${temperature} with this model. Only the default (1) value is supported.`;
  },
  callIds(
    /^.{1,40}$/,
    "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40.",
  ),
  (body) =>
    stops(body).length > 4 ? "Invalid 'stop': array too long. Expected an array with maximum length 4." : undefined,
  distinctCalls,
  noReasoning,
];

/** The vendors that are simulated, by the words of the configuration. */
export const VENDOR_RULES: Readonly<Record<string, readonly Rule[]>> = {
  openai,
  anthropic: claude,
  mistral: [
    ...extra("seed", "stream_options", "verbosity", "service_tier", "prompt_cache_key"),
    callIds(/^[a-zA-Z0-9]{9}$/, "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9."),
    above("temperature", 1.5, "body.temperature: Input should be less than or equal to 1.5"),
    noReasoning,
    unnamed,
  ],
  deepseek: [
    reasoningBack("The `reasoning_content` in the thinking mode must be passed back to the API."),
    distinctCalls,
  ],
  moonshot: [
    reasoningBack("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2"),
    above("temperature", 1, "invalid temperature: only 0 to 1 is allowed for this model"),
  ],
  gemini: [
    signed,
    ...["seed", "service_tier", "prompt_cache_key", "verbosity", "parallel_tool_calls"].map((name) =>
      isSet(name, `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`),
    ),
    noReasoning,
  ],
  groq: [
    isSet("frequency_penalty", "property 'frequency_penalty' is unsupported"),
    isSet("presence_penalty", "property 'presence_penalty' is unsupported"),
    unnamed,
    noReasoning,
  ],
  xai: [
    isSet("stop", "Argument not supported on this model: stop"),
    isSet("presence_penalty", "Argument not supported on this model: presencePenalty"),
    isSet("frequency_penalty", "Argument not supported on this model: frequencyPenalty"),
  ],
  perplexity: [systemFirst],
  zai: [
    above("temperature", 1, "temperature must be between 0 and 1"),
    (body) => (stops(body).length > 1 ? "stop supports only one word" : undefined),
  ],
};

/** Why a vendor refuses a request; undefined if it takes it. */
export function findRefusal(vendor: string, body: JsonField): string | undefined {
  for (const rule of VENDOR_RULES[vendor] ?? []) {
    const message = rule(body);
    if (message !== undefined) return message;
  }
  return undefined;
}
