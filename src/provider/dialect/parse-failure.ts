/** Finds out why an upstream failed, by the rules of its vendor. */

import { parseJson } from "../../call/json-object.ts";
import { type FailureKind, LONGEST_REST_MS, type UpstreamFailure } from "../../call/upstream-failure.ts";
import type { ErrorRule } from "../../vendor/error-rule.ts";
import { findRefusedField } from "../../vendor/refused-field.ts";
import { type AnswerHead, makeFailure, plainRequestId } from "./answer-head.ts";
import { readVendorError, type VendorError } from "./vendor-error.ts";

/** Kinds by HTTP status, for errors that no rule knows. */
const KIND_BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: "unauthenticated",
  402: "billing",
  403: "forbidden",
  404: "not-found",
  405: "not-found",
  408: "try-again",
  409: "try-again",
  410: "not-found",
  413: "too-large",
  425: "try-again",
  429: "rate-limited",
  // Groq's flexible tier has no room.
  498: "overloaded",
  529: "overloaded",
};

/**
 * Finds out why an answer has no success status. `body` may be anything: JSON, HTML, cut, empty. `dialectFields` are the
 * names of those fields of the request that only its wire format knows.
 */
export function parseStatusFailure(
  rules: readonly ErrorRule[],
  head: AnswerHead,
  body: string,
  dialectFields: readonly string[] = [],
): UpstreamFailure {
  const error = readVendorError(parseJson(body));
  const { status } = head;
  const code = knownCode(rules, error);
  return judge({
    rules,
    head,
    error,
    status,
    code,
    dialectFields,
    message: `answered ${status}${code && ` (${code})`}`,
  });
}

/** Finds out what an error inside an answer means. `document` is the event or the whole body. */
export function parseStreamFailure(rules: readonly ErrorRule[], head: AnswerHead, document: unknown): UpstreamFailure {
  const error = readVendorError(document);
  const code = knownCode(rules, error);
  return judge({
    rules,
    head,
    error,
    status: error?.status,
    code,
    dialectFields: [],
    message: `said ${code || "that it failed"} inside the answer`,
  });
}

/** An error and where it was found. */
interface Found {
  readonly rules: readonly ErrorRule[];
  readonly head: AnswerHead;
  readonly error: VendorError | undefined;
  /** The status that it came with or names; undefined if there is none. */
  readonly status: number | undefined;
  readonly code: string;
  readonly dialectFields: readonly string[];
  readonly message: string;
}

function judge({ rules, head, error, status, code, dialectFields, message }: Found): UpstreamFailure {
  const kind = findRule(rules, status, error)?.kind ?? (status === undefined ? "server-error" : kindOfStatus(status));
  // What the headers name goes before the words, and both before the reset of a limit.
  const retryAfterMs = head.retryAfterMs ?? error?.retryAfterMs ?? head.limitResetMs;
  const upstreamRequestId = head.upstreamRequestId || plainRequestId(error?.requestId);
  const failure = { ...makeFailure(head, kind, code, message), retryAfterMs, upstreamRequestId };
  if (kind === "rate-limited" && retryAfterMs !== undefined && retryAfterMs > LONGEST_REST_MS)
    return { ...failure, kind: "quota-exhausted" };
  if (kind !== "invalid-request" || error === undefined) return failure;
  const refusal = findRefusedField(error.param, error.message, dialectFields);
  if (refusal === undefined) return failure;
  return { ...failure, kind: "unsupported-field", message: `${message}: it does not take ${refusal.field}`, refusal };
}

function findRule(
  rules: readonly ErrorRule[],
  status: number | undefined,
  error: VendorError | undefined,
): ErrorRule | undefined {
  if (error === undefined) return undefined;
  return rules.find(
    ({ statuses, codes, message }) =>
      (statuses === undefined || status === undefined || statuses.includes(status)) &&
      ((codes === undefined && message === undefined) ||
        codes?.some((code) => error.codes.includes(code)) === true ||
        message?.test(error.message) === true),
  );
}

/** A code travels on only if the table knows it: anything else may be text of a request. */
function knownCode(rules: readonly ErrorRule[], error: VendorError | undefined): string {
  return error?.codes.find((code) => rules.some((rule) => rule.codes?.includes(code))) ?? "";
}

function kindOfStatus(status: number): FailureKind {
  const kind = KIND_BY_STATUS[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return "server-error";
  // A redirect is not followed: the configured address is wrong.
  return status >= 400 ? "invalid-request" : "not-found";
}
