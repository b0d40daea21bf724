/** What vendors' sentences mean, whatever status they come with. */

import { expect, test } from "vitest";
import type { FailureKind } from "../../src/call/upstream-failure.ts";
import { parseStatusFailure } from "../../src/provider/dialect/parse-failure.ts";
import { ERRORS } from "../../src/vendor/errors.ts";

function fails(status: number, body: unknown) {
  const head = { status, upstreamRequestId: "", retryAfterMs: undefined, limitResetMs: undefined };
  return parseStatusFailure(ERRORS, head, JSON.stringify(body));
}

const says = (message: string) => ({ error: { message } });

test.each([
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
  "This endpoint's maximum context length is 200000 tokens.",
  "prompt is too long: 208310 tokens > 200000 maximum",
  "prompt too long; exceeded max context length by 1119046 tokens",
  "Input is too long for requested model.",
  "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
  "Your input exceeds the context window of this model. Please adjust your input and try again.",
  "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.",
  "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
  "Prompt contains 40003 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
  "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
  "The decoder prompt (length 10127) is longer than the maximum model length of 8192.",
  "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it",
  "Illegal param: prefill 744 tokens exceed n_ctx_per_seq, try increasing total context size",
  "Trying to keep the first 14538 tokens when context the overflows. However, the model is loaded with context length of only 2048 tokens",
  "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
  "The total length of all messages is too long.",
  "Prompt exceeds max length",
  "Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)",
  "too many tokens: size limit exceeded by 2000 tokens",
  "Range of input length should be [1, 129024]",
  "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
  "prompt token count of 140000 exceeds the limit of 128000",
  "Requested token count exceeds the model's maximum context length of 32768 tokens.",
])("a context that is too long: %s", (message) => {
  for (const status of [400, 413, 422, 500]) expect(fails(status, says(message)).kind).toBe("context-too-long");
});

test.each<[status: number, message: string, kind: FailureKind]>([
  [
    400,
    "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024.",
    "invalid-request",
  ],
  [400, "Invalid 'messages[1].tool_calls[0].id': string too long.", "invalid-request"],
  [400, "messages.0.name: String should have at most 64 characters", "invalid-request"],
  [400, "max_tokens is too large: 40000. This model supports at most 16384 completion tokens.", "unsupported-field"],
  [
    429,
    "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.",
    "rate-limited",
  ],
  [
    429,
    "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000. The input or output tokens must be reduced in order to run successfully.",
    "over-allowance",
  ],
  [
    413,
    "Request too large for model `llama` on tokens per minute (TPM): Limit 6,000, Requested 7,503, please reduce your message size",
    "over-allowance",
  ],
  [
    402,
    "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 5432.",
    "over-allowance",
  ],
  [402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits", "quota-exhausted"],
  [429, "You exceeded your current quota, please check your plan and billing details.", "quota-exhausted"],
  [400, "Your credit balance is too low to access the Anthropic API.", "quota-exhausted"],
  [403, "You have exceeded your monthly included credits for Inference Providers.", "quota-exhausted"],
  [404, "The model `x` has been decommissioned and is no longer supported.", "not-found"],
  [400, "The model `gpt-9` does not exist or you do not have access to it.", "not-found"],
  [400, "Error while downloading https://example.com/a.png: 404 not found", "invalid-request"],
  [500, "tools param requires --jinja flag", "missing-feature"],
  [400, "registry.ollama.ai/library/llama2 does not support tools", "missing-feature"],
])("%i %s is %s", (status, message, kind) => {
  expect(fails(status, says(message)).kind).toBe(kind);
});

test.each<[body: unknown, waitMs: number | undefined]>([
  [says("Rate limit reached. Please try again in 20s."), 20_000],
  [says("Rate limit reached. Please try again in 1m30.5s."), 90_500],
  [says("Please retry after 26 seconds."), 26_000],
  [says("Try again in 6m0s."), 360_000],
  [says("try again in 340ms"), 340],
  [says("Please try again later."), undefined],
  [
    [{ error: { code: 429, message: "x", details: [{ "@type": "google.rpc.RetryInfo", retryDelay: "24.3s" }] } }],
    24_300,
  ],
])("a rate limit of %j names the wait %s", (body, waitMs) => {
  expect(fails(429, body)).toMatchObject({ kind: "rate-limited", retryAfterMs: waitMs });
});

test("the rate limit of a provider behind another is reset when that says", () => {
  const reset = String(Date.now() + 30_000);
  const headers = { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset };
  const failure = fails(429, { error: { code: 429, message: "Rate limit exceeded", metadata: { headers } } });
  expect(failure.retryAfterMs).toBeGreaterThan(20_000);
});

test("what a provider behind another says counts", () => {
  const raw = JSON.stringify(says("This model's maximum context length is 262144 tokens."));
  const body = { error: { message: "Provider returned error", code: 400, metadata: { raw } } };
  expect(fails(400, body).kind).toBe("context-too-long");
});

test.each([
  [
    {
      error: {
        message: "Unsupported value: 'temperature' does not support 0.3 with this model.",
        param: "temperature",
      },
    },
    "temperature",
    true,
  ],
  [
    { error: { message: "Unsupported parameter: 'stop' is not supported with this model.", param: "stop" } },
    "stop_sequences",
    true,
  ],
  [{ error: { message: "temperature: range: 0..1" } }, "temperature", false],
  [{ error: { message: "`temperature` and `top_p` cannot both be specified for this model." } }, "temperature", false],
  [
    { detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] },
    "stream_options",
    true,
  ],
  [{ error: { message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.' } }, "seed", true],
  [{ error: { message: "messages.0.content.0.cache_control: Extra inputs are not permitted" } }, "cache", true],
  [{ error: { message: "cache_control: Extra inputs are not permitted" } }, "cache", true],
])("%j refuses %s, for good: %s", (body, field, lasting) => {
  expect(fails(400, body)).toMatchObject({ kind: "unsupported-field", refusal: { field, lasting } });
});

test.each([
  "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead.",
  "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
  "Invalid schema for function 'temperature_in': 'uniqueItems' is not permitted.",
  "tools.0.custom.input_schema.properties.temperature: Input should be a valid dictionary",
])("%s is refused as a whole", (message) => {
  expect(fails(400, says(message)).kind).toBe("invalid-request");
});

test.each<[status: number, body: object, kind: FailureKind]>([
  [400, { __type: "ThrottlingException", message: "Too many requests" }, "rate-limited"],
  [403, { __type: "AccessDeniedException", message: "x" }, "forbidden"],
  [429, { error_code: "REQUEST_LIMIT_EXCEEDED", message: "x" }, "rate-limited"],
  [404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "x" }, "not-found"],
  [400, { errors: [{ code: 5007, message: "No such model @cf/x" }], success: false }, "not-found"],
  [404, says("No endpoints found that support tool use."), "missing-feature"],
  [404, says("No endpoints found for acme/model-1."), "not-found"],
  [400, says("User location is not supported for the API use."), "forbidden"],
  [400, says("Your organization must be verified to stream this model."), "forbidden"],
  [429, { error: { code: "1308", message: "Usage limit reached for 5 hour." } }, "quota-exhausted"],
  [498, says("Flex tier capacity exceeded"), "overloaded"],
  [400, says("litellm.ContextWindowExceededError: prompt"), "context-too-long"],
  [400, says("Budget has been exceeded! Current cost: 10.2, Max budget: 10"), "quota-exhausted"],
])("%i %j is %s", (status, body, kind) => {
  expect(fails(status, body).kind).toBe(kind);
});

test("the time in which a model loads is waited for", () => {
  const failure = fails(503, { error: "Model x is currently loading", estimated_time: 20 });
  expect(failure).toMatchObject({ kind: "server-error", retryAfterMs: 20_000 });
});
