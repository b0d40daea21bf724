/**
 * What errors of Chat Completions mean, of OpenAI's own and of servers that speak it.
 * Codes: https://platform.openai.com/docs/guides/error-codes and the servers' sources.
 */

import type { ErrorRule } from "./error-rule.ts";

/** The first rule that fits counts. */
export const CHAT_ERRORS: readonly ErrorRule[] = [
  {
    kind: "quota-exhausted",
    codes: ["insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "quota_exceeded"],
  },
  { kind: "billing", codes: ["billing_not_active"] },
  {
    kind: "content-filtered",
    codes: ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "moderation_blocked"],
  },
  { kind: "content-filtered", statuses: [403], message: /\bflagged\b|\bmoderation\b/i },
  {
    kind: "context-too-long",
    codes: ["context_length_exceeded", "string_above_max_length", "string_too_long", "exceed_context_size_error"],
  },
  {
    kind: "context-too-long",
    statuses: [400, 413, 422, 500],
    message:
      /maximum context length|context length exceeded|exceeds? (?:the )?(?:available |model'?s? )?context|prompt is too long|too large for model with/i,
  },
  {
    kind: "prefill-refused",
    statuses: [400, 422],
    message:
      /assistant message prefill|prefill is (?:incompatible|not supported)|ending with a model turn|must end with a user message|expected last role|last message (?:must|cannot|should)|continue_final_message|add_generation_prompt/i,
  },
  { kind: "signature-refused", codes: ["invalid_encrypted_content"] },
  { kind: "unauthenticated", codes: ["invalid_api_key", "account_deactivated", "invalid_authentication"] },
  { kind: "forbidden", codes: ["unsupported_country_region_territory", "permission_denied"] },
  {
    kind: "not-found",
    codes: ["model_not_found", "DeploymentNotFound", "model_decommissioned", "OperationNotSupported", "unknown_model"],
  },
  { kind: "overloaded", codes: ["server_is_overloaded", "overloaded", "overloaded_error", "engine_overloaded"] },
  { kind: "rate-limited", codes: ["rate_limit_exceeded", "slow_down", "rate_limit_error", "too_many_requests"] },
  {
    kind: "server-error",
    statuses: [500, 502, 503, 504],
    codes: ["server_error", "internal_server_error", "internal_error", "timeout"],
  },
  { kind: "invalid-request", statuses: [400, 422], codes: ["invalid_request_error"] },
];
