import { expect, test } from "vitest";
import type { FailureKind, UpstreamFailure } from "../../src/call/upstream-failure.ts";
import type { AnswerHead } from "../../src/provider/dialect/answer-head.ts";
import { parseStatusFailure } from "../../src/provider/dialect/parse-failure.ts";
import { ERRORS } from "../../src/vendor/errors.ts";

function head(status: number, retryAfterMs?: number): AnswerHead {
  return { status, upstreamRequestId: "r", retryAfterMs, limitResetMs: undefined };
}

function failsWith(answer: AnswerHead, body: string): UpstreamFailure {
  return parseStatusFailure(ERRORS, answer, body);
}

const PAGE = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>";

test.each<[number, FailureKind]>([
  [301, "not-found"],
  [400, "invalid-request"],
  [401, "unauthenticated"],
  [402, "billing"],
  [403, "forbidden"],
  [404, "not-found"],
  [408, "try-again"],
  [409, "try-again"],
  [413, "too-large"],
  [422, "invalid-request"],
  [425, "try-again"],
  [429, "rate-limited"],
  [500, "server-error"],
  [503, "server-error"],
  [520, "server-error"],
  [527, "server-error"],
  [529, "overloaded"],
])("takes %i for %s whatever the body is", (status, kind) => {
  {
    for (const body of ["", PAGE, "{", "[]", "null", '{"error":null}', '{"error":{"message":5}}']) {
      const failure = failsWith(head(status), body);
      expect(failure).toMatchObject({ kind, status, code: "", message: `answered ${status}` });
    }
  }
});

test.each<[status: number, type: string, message: string, kind: FailureKind]>([
  [400, "invalid_request_error", "messages: at least one message is required", "invalid-request"],
  [400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum", "context-too-long"],
  [400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 3", "context-too-long"],
  [
    400,
    "invalid_request_error",
    "This model does not support assistant message prefill. The conversation must end with a user message.",
    "prefill-refused",
  ],
  [
    400,
    "invalid_request_error",
    "messages: final assistant content cannot end with trailing whitespace",
    "prefill-refused",
  ],
  [400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block", "signature-refused"],
  [400, "invalid_request_error", "messages.1.content.0.thinking.signature: Field required", "signature-refused"],
  [
    400,
    "invalid_request_error",
    "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    "signature-refused",
  ],
  [400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "quota-exhausted"],
  [400, "invalid_request_error", "You have reached your specified API usage limits.", "quota-exhausted"],
  [400, "invalid_request_error", "Output blocked by content filtering policy", "content-filtered"],
  [401, "authentication_error", "invalid x-api-key", "unauthenticated"],
  [402, "billing_error", "x", "billing"],
  [403, "permission_error", "x", "forbidden"],
  [404, "not_found_error", "model: claude-9", "not-found"],
  [413, "request_too_large", "Request exceeds the maximum size", "too-large"],
  [
    429,
    "rate_limit_error",
    "This request would exceed your organization's rate limit of 50 requests per minute",
    "rate-limited",
  ],
  [500, "api_error", "Internal server error", "server-error"],
  [504, "timeout_error", "x", "server-error"],
  [529, "overloaded_error", "Overloaded", "overloaded"],
])("anthropic-messages takes %i %s %j for %s", (status, type, message, kind) => {
  const body = JSON.stringify({ type: "error", error: { type, message }, request_id: "req" });
  const failure = failsWith(head(status), body);
  expect(failure).toMatchObject({ kind, code: type });
  expect(failure.message).toBe(`answered ${status} (${type})`);
});

test.each<[status: number, error: object | string, kind: FailureKind, code: string]>([
  [400, { type: "invalid_request_error", code: null, message: "bad" }, "invalid-request", "invalid_request_error"],
  [
    400,
    { type: "invalid_request_error", code: "context_length_exceeded", message: "x" },
    "context-too-long",
    "context_length_exceeded",
  ],
  [
    400,
    { type: "BadRequestError", code: 400, message: "This model's maximum context length is 8192 tokens" },
    "context-too-long",
    "",
  ],
  [
    400,
    { type: "exceed_context_size_error", code: 400, message: "x" },
    "context-too-long",
    "exceed_context_size_error",
  ],
  [
    400,
    { code: "content_filter", message: "x", innererror: { code: "ResponsibleAIPolicyViolation" } },
    "content-filtered",
    "ResponsibleAIPolicyViolation",
  ],
  [
    400,
    { code: 400, message: "Assistant response prefill is incompatible with enable_thinking." },
    "prefill-refused",
    "",
  ],
  [
    400,
    { message: "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant" },
    "prefill-refused",
    "",
  ],
  [
    401,
    { type: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key provided: sk-123" },
    "unauthenticated",
    "invalid_api_key",
  ],
  [
    403,
    { code: 403, message: "Your chosen model requires moderation and your input was flagged" },
    "content-filtered",
    "",
  ],
  [
    403,
    { code: "unsupported_country_region_territory", message: "x" },
    "forbidden",
    "unsupported_country_region_territory",
  ],
  [404, { code: "DeploymentNotFound", message: "x" }, "not-found", "DeploymentNotFound"],
  [404, { type: "invalid_request_error", code: "model_not_found", message: "x" }, "not-found", "model_not_found"],
  [404, "model 'x' not found", "not-found", ""],
  [429, { type: "tokens", code: "rate_limit_exceeded", message: "x" }, "rate-limited", "rate_limit_exceeded"],
  [429, { type: "slow_down", code: null, message: "x" }, "rate-limited", "slow_down"],
  [429, { code: "429", message: "x" }, "rate-limited", ""],
  [
    429,
    { type: "insufficient_quota", code: "insufficient_quota", message: "x" },
    "quota-exhausted",
    "insufficient_quota",
  ],
  [
    429,
    { type: "rate_limit_error", code: "credit_balance_exhausted", message: "x" },
    "quota-exhausted",
    "credit_balance_exhausted",
  ],
  [500, { type: "server_error", message: "x" }, "server-error", "server_error"],
  [503, { code: "server_is_overloaded", message: "x" }, "overloaded", "server_is_overloaded"],
  [503, { code: "my secret prompt", type: "another secret", message: "x" }, "server-error", ""],
])("openai-chat takes %i %j for %s", (status, error, kind, code) => {
  expect(failsWith(head(status), JSON.stringify({ error }))).toMatchObject({ kind, code });
});

test("takes a rate limit of more than 15 minutes for a quota that is used up", () => {
  expect(failsWith(head(429, 900_000), "{}").kind).toBe("rate-limited");
  expect(failsWith(head(429, 900_001), "{}").kind).toBe("quota-exhausted");
});

test("never passes text of the upstream on", () => {
  {
    const failure = failsWith(head(400), '{"error":{"type":"canary","code":"canary","message":"canary"}}');
    expect(JSON.stringify(failure)).not.toContain("canary");
  }
});
