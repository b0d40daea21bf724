/** What errors of the Messages API mean. */

import type { UpstreamFailure } from "../../../call/upstream-failure.ts";
import type { AnswerHead } from "../answer-head.ts";
import {
  type ErrorRule,
  makeStatusFailure,
  makeStreamFailure,
  readErrorStatus,
  type VendorError,
} from "../error-rules.ts";
import { isObject, type JsonObject, parseJson, stringOf } from "../json-object.ts";

/** The first rule that fits counts. Types: https://platform.claude.com/docs/en/api/errors */
const RULES: readonly ErrorRule[] = [
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

/** Finds out why an answer has no success status. */
export function parseFailure(head: AnswerHead, body: string): UpstreamFailure {
  const document = parseJson(body);
  return makeStatusFailure(RULES, head, isObject(document) ? readVendorError(document) : undefined);
}

/** Finds out what an error inside an answer means. `document` is the event or the whole body. */
export function parseStreamFailure(head: AnswerHead, document: JsonObject): UpstreamFailure {
  return makeStreamFailure(RULES, head, readVendorError(document) ?? { codes: [], message: "", status: undefined });
}

/** `{type: "error", error: {type, message}}` of the API, `{error: {code, message}}` of hosts in front of it. */
function readVendorError(document: JsonObject): VendorError | undefined {
  const error = document["error"] ?? document;
  if (typeof error === "string") return { codes: [], message: error, status: undefined };
  if (!isObject(error)) return undefined;
  const details = error["details"];
  const codes = [isObject(details) ? details["error_code"] : undefined, error["code"], error["type"]].map(stringOf);
  return {
    codes: codes.filter((code) => code !== ""),
    message: stringOf(error["message"]),
    status: readErrorStatus(error),
  };
}
