/** What errors of the Messages API mean, at every vendor. Types: https://platform.claude.com/docs/en/api/errors */

import type { ErrorRule } from "./error-rule.ts";

/** The first rule that fits counts. */
export const MESSAGES_ERRORS: readonly ErrorRule[] = [
  { kind: "quota-exhausted", codes: ["enforced_spend_limit_reached"] },
  {
    kind: "quota-exhausted",
    statuses: [400, 402, 403, 429],
    message: /credit balance is too low|spend(?:ing)? limit|(?:API )?usage limits?\b|enforced_spend_limit/i,
  },
  {
    kind: "prefill-refused",
    statuses: [400, 422],
    message:
      /assistant message prefill|must end with a user message|ending with a model turn|prefill(?:ing)? .*not (?:supported|allowed|compatible)|cannot end with trailing whitespace/i,
  },
  {
    kind: "signature-refused",
    statuses: [400, 422],
    message:
      /invalid `?signature`?|signature: field required|signature.{0,40}(?:invalid|not valid|required|verif)|thinking`? blocks.{0,80}cannot be modified|expected `?thinking`?/i,
  },
  {
    kind: "context-too-long",
    statuses: [400, 413, 422],
    message: /prompt is too long|exceeds? (?:the )?context|context (?:window|length|limit)|input is too long/i,
  },
  { kind: "content-filtered", statuses: [400, 403], message: /content[- ]filter|content policy|usage polic/i },
  // Azure's own gateway in front of Claude.
  { kind: "content-filtered", codes: ["content_filter", "ResponsibleAIPolicyViolation"] },
  { kind: "not-found", codes: ["not_found_error", "DeploymentNotFound", "unknown_model"] },
  { kind: "unauthenticated", codes: ["authentication_error"] },
  { kind: "billing", codes: ["billing_error"] },
  { kind: "forbidden", codes: ["permission_error"] },
  { kind: "too-large", codes: ["request_too_large"] },
  { kind: "overloaded", codes: ["overloaded_error"] },
  { kind: "rate-limited", codes: ["rate_limit_error"] },
  { kind: "server-error", statuses: [500, 502, 503, 504], codes: ["api_error", "timeout_error"] },
  { kind: "try-again", codes: ["conflict_error"] },
  { kind: "invalid-request", statuses: [400, 422], codes: ["invalid_request_error"] },
];
