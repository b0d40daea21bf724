/**
 * What errors mean, by codes and words. Servers of every dialect stand in front of each other's models and pass their
 * sentences on, so one table serves them all; a vendor puts its own rules before it.
 *
 * Sources: https://platform.openai.com/docs/guides/error-codes, https://platform.claude.com/docs/en/api/errors,
 * https://ai.google.dev/gemini-api/docs/troubleshooting, https://api-docs.deepseek.com/quick_start/error_codes,
 * https://docs.z.ai/api-reference/api-code, https://openrouter.ai/docs/api-reference/errors, the sources of vLLM, SGLang,
 * llama.cpp, LM Studio and Ollama, and recorded answers (`test/fixtures/captures`).
 */

import { asksForMoreThanAllowed } from "./allowance.ts";
import type { ErrorRule } from "./error-rule.ts";

/** Statuses of refusals that other APIs tell with a status of their own. */
const REFUSALS = [400, 402, 403, 429] as const;

/** The request itself is more than the account may use at once: the account, its key and its route are well. */
const ALLOWANCE: readonly ErrorRule[] = [
  {
    kind: "over-allowance",
    message:
      /fewer max_tokens|can only afford|prompt tokens limit exceeded|must be reduced in order to run successfully/i,
  },
  { kind: "over-allowance", statuses: [413, 429], message: { test: asksForMoreThanAllowed } },
];

/** Who asked, and whether they may and paid. */
const ACCOUNT: readonly ErrorRule[] = [
  {
    kind: "quota-exhausted",
    codes: [
      "insufficient_quota",
      "credit_balance_exhausted",
      "billing_hard_limit_reached",
      "enforced_spend_limit_reached",
      "insufficient_balance",
      "exceeded_current_quota_error",
      // Z.ai: no balance, and the limits of a day, of a package, of a week.
      "1113",
      "1304",
      "1308",
      "1309",
      "1310",
      // Alibaba, AWS.
      "AllocationQuota.FreeTierOnly",
      "ServiceQuotaExceededException",
    ],
  },
  // Google tells every limit so, those of a minute too, each with the time to wait.
  {
    kind: "quota-exhausted",
    statuses: REFUSALS,
    message: /credits? (?:is|are|has been|have been) (?:depleted|exhausted|used up)/i,
  },
  { kind: "rate-limited", statuses: [429], codes: ["RESOURCE_EXHAUSTED"] },
  {
    kind: "quota-exhausted",
    statuses: REFUSALS,
    codes: ["quota_exceeded"],
    message:
      /credit balance is too low|(?:spend|spending|usage|monthly) limits?\b|enforced_spend_limit|insufficient[ _](?:account )?(?:balance|funds?|credits?|quota)|exceeded your (?:current |monthly |daily )?quota|quota (?:is |has been )?(?:exceeded|exhausted)|(?:used|consumed) all (?:of )?(?:your |the )?(?:available |included )?credits|(?:out of|not enough|no more|no remaining) credits?|monthly included credits|balance is (?:not enough|insufficient|too low)|please (?:recharge|top up)|budget has been exceeded|exceededbudget|free (?:tier|quota) .{0,20}(?:exhausted|used up)/i,
  },
  {
    kind: "billing",
    statuses: REFUSALS,
    codes: ["billing_not_active", "billing_error", "Arrearage", "AccountOverdueError"],
    message:
      /account is in good standing|account (?:is |has been )?(?:overdue|in arrears|suspended)|overdue (?:payment|balance|bill)|billing (?:is |account )?(?:not active|disabled|not enabled)|enable billing|unpaid (?:invoice|bill)/i,
  },
  {
    kind: "unauthenticated",
    codes: [
      "invalid_api_key",
      "account_deactivated",
      "invalid_authentication",
      "invalid_authentication_error",
      "authentication_error",
      "API_KEY_INVALID",
      "InvalidApiKey",
      "UNAUTHENTICATED",
      "UnrecognizedClientException",
      "ExpiredTokenException",
    ],
  },
  {
    kind: "unauthenticated",
    statuses: [400, 401, 403],
    message:
      /api[- _]?key (?:is |was )?(?:not valid|invalid|incorrect|expired|missing|revoked)|(?:invalid|incorrect|wrong|missing|expired|unknown) (?:x-)?api[- _]?key|(?:invalid|expired) (?:access |auth(?:entication|orization)? )?token|authentication fail/i,
  },
  {
    kind: "forbidden",
    codes: [
      "unsupported_country_region_territory",
      "permission_denied",
      "permission_error",
      "PERMISSION_DENIED",
      "AccessDeniedException",
    ],
  },
  {
    kind: "forbidden",
    statuses: [400, 403, 404],
    message:
      /user location is not supported|organization must be verified|no endpoints found matching your data policy/i,
  },
];

/** A filter stood before the model. */
const CONTENT: readonly ErrorRule[] = [
  {
    kind: "content-filtered",
    codes: [
      "content_filter",
      "content_policy_violation",
      "ResponsibleAIPolicyViolation",
      "moderation_blocked",
      "data_inspection_failed",
      "DataInspectionFailed",
      // Z.ai.
      "1301",
    ],
  },
  {
    kind: "content-filtered",
    statuses: [400, 403, 422, 451],
    message:
      /content[- _]filter|content (?:management )?polic|usage polic|inappropriate content|(?:was|been|is) flagged|\bmoderation\b/i,
  },
];

/** Earlier turns are not taken as they were sent. */
const HISTORY: readonly ErrorRule[] = [
  { kind: "signature-refused", codes: ["invalid_encrypted_content"] },
  {
    kind: "signature-refused",
    statuses: [400, 422],
    message:
      /invalid `?signature`?|signature: field required|signature.{0,40}(?:invalid|not valid|required|verif)|thinking`? blocks.{0,80}cannot be modified|expected `?thinking`?|(?:missing|corrupted|invalid|without)(?: a)? thought[_ ]signature|reasoning_content`?.{0,60}(?:missing|must be (?:passed|provided)|required)|missing `?reasoning_content/i,
  },
  {
    kind: "prefill-refused",
    statuses: [400, 422],
    message:
      /assistant message prefill|prefill is (?:incompatible|not supported)|prefill(?:ing)? .{0,80}not (?:supported|allowed|compatible)|ending with a model turn|must end with a user message|cannot end with trailing whitespace|expected last role|last message (?:must|cannot|should)|continue_final_message|add_generation_prompt/i,
  },
];

/** There is no such model, or none any more. */
const MODEL: readonly ErrorRule[] = [
  {
    kind: "not-found",
    codes: [
      "model_not_found",
      "not_found_error",
      "invalid_model",
      "InvalidModel",
      "ModelNotFound",
      "ResourceNotFoundException",
      "RESOURCE_DOES_NOT_EXIST",
      "model_not_available",
      "DeploymentNotFound",
      "model_decommissioned",
      "OperationNotSupported",
      "unknown_model",
      // Z.ai.
      "1211",
    ],
  },
  {
    kind: "not-found",
    statuses: [400, 403, 404, 410, 422],
    message:
      /is not a valid model|(?:invalid|unknown|no such) model\b|supported (?:api )?model names are|model (?:was )?not (?:found|exist)|does not exist or you do not have access|\bmodel(?: name| id)?:? [`'"]?[\w./:@-]{1,120}[`'"]? (?:does not exist|doesn't exist|(?:was |is |could |cannot )?(?:not )?(?:be )?found|is not (?:available|a valid|found)|has been (?:deprecated|decommissioned|retired|discontinued|removed|shut down)|is (?:deprecated|decommissioned|retired)|(?:is )?no longer)/i,
  },
];

/**
 * The conversation is longer than the window, in the words of every server that is known. A name or a description that
 * is too long is none of them.
 */
const CONTEXT: readonly ErrorRule[] = [
  {
    kind: "context-too-long",
    codes: [
      "context_length_exceeded",
      "context_window_exceeded",
      "exceed_context_size_error",
      "too_many_prompt_tokens",
      "model_max_prompt_tokens_exceeded",
      // Z.ai.
      "1261",
    ],
  },
  {
    kind: "context-too-long",
    message: new RegExp(
      [
        "max(?:imum)? context (?:length|size|window)",
        "contextwindowexceeded",
        "context[ _](?:length|window|size|limit)[ _](?:is |was |has been )?exceed",
        "exceed(?:s|ed|ing)? (?:the |this |your )?(?:(?:available|maximum|model|model's|configured|allowed) ){0,3}(?:context|input (?:length|token)|prompt (?:length|token)|n_ctx|number of tokens)",
        "exceeds? (?:the )?(?:limit|maximum) of \\d+ tokens",
        "(?:input|prompt|request|messages?|conversation|context)(?: \\(?\\d+ tokens\\)?)? (?:is|are|was) (?:too long|too large for (?:the|this) model)",
        "prompt too long|input too long",
        "prompt is longer than",
        "longer than the (?:model'?s?|maximum) (?:context|model) length",
        "too large for model with",
        "maximum prompt length is",
        "total length of all messages is too long",
        "loaded with (?:a )?context length of only",
        "context (?:the )?overflows",
        "prompt exceeds max length|exceeds? max(?:imum)? (?:prompt|input|sequence) length",
        "input tokens? exceeds?|input token count .{0,60}exceeds?|token count .{0,40}exceeds?",
        "exceeded model token limit",
        "too many (?:input |prompt )?tokens",
        "range of input length should be",
        "tokens \\+ `?max_(?:new_)?tokens`? (?:must be|exceed)",
        "must have less than \\d+ tokens",
        "reduce the length of the (?:messages?|prompt|input|conversation)",
        "input length and `?max_tokens`? exceed",
      ].join("|"),
      "i",
    ),
  },
];

/** The model did what its own server refuses, or the server lacks what the request needs. */
const MODEL_OR_SERVER: readonly ErrorRule[] = [
  {
    kind: "model-failed",
    codes: ["tool_use_failed", "json_validate_failed", "output_parse_failed"],
    message:
      /tool call validation failed|model did not call a tool|failed to (?:call a function|parse tool call|generate json)/i,
  },
  {
    kind: "missing-feature",
    // OpenRouter's last words say it of the servers behind a model, with 404.
    message:
      /requires? (?:the )?--[\w-]+|(?:-tool-choice|tool-call-parser)\b.{0,60}(?:set|require|enable)|does not support (?:tools|function calling)\b|no endpoints found that support/i,
  },
  // llama.cpp and Ollama tell it as their own failure.
  {
    kind: "invalid-request",
    statuses: [500, 501],
    message:
      /(?:image|audio|video|file|multimodal) (?:input|content)s? (?:is|are) not supported|does not support (?:image|vision|audio|multimodal)/i,
  },
];

/** What the type or the status of an error says by itself. */
const GENERAL: readonly ErrorRule[] = [
  { kind: "too-large", codes: ["request_too_large"] },
  {
    kind: "overloaded",
    codes: [
      "server_is_overloaded",
      "overloaded",
      "overloaded_error",
      "engine_overloaded",
      "engine_overloaded_error",
      "UNAVAILABLE",
      "capacity_exceeded",
      "ServiceUnavailableException",
      // Z.ai.
      "1305",
    ],
  },
  {
    kind: "rate-limited",
    codes: [
      "rate_limit_exceeded",
      "slow_down",
      "rate_limit_error",
      "rate_limit_reached_error",
      "too_many_requests",
      "RateLimitReached",
      "ThrottlingException",
      "REQUEST_LIMIT_EXCEEDED",
      "Throttling.RateQuota",
      "limit_requests",
      "1302",
      "1303",
    ],
  },
  {
    kind: "server-error",
    statuses: [500, 502, 503, 504],
    codes: ["server_error", "internal_server_error", "internal_error", "timeout", "api_error", "timeout_error"],
  },
  { kind: "try-again", codes: ["conflict_error"] },
  { kind: "invalid-request", statuses: [400, 422], codes: ["invalid_request_error"] },
];

/** The first rule that fits counts. */
export const ERRORS: readonly ErrorRule[] = [
  ...ALLOWANCE,
  ...ACCOUNT,
  ...CONTENT,
  ...HISTORY,
  ...MODEL_OR_SERVER,
  ...CONTEXT,
  ...MODEL,
  ...GENERAL,
];
