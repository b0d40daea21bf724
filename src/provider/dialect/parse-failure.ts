/** Finds out why an upstream failed, by the rules of its vendor. */

import { isObject, type JsonObject, parseJson } from "../../call/json-object.ts";
import { type FailureKind, LONGEST_REST_MS, type UpstreamFailure } from "../../call/upstream-failure.ts";
import type { ErrorRule } from "../../vendor/error-rule.ts";
import { type AnswerHead, makeFailure } from "./answer-head.ts";
import { stringOf } from "./json-values.ts";

/** What an error says, taken out of the vendor's own shape. */
export interface VendorError {
  /** Codes and types, the most exact first. */
  readonly codes: readonly string[];
  /** Text for people. Looked at, never passed on. */
  readonly message: string;
  /** The HTTP status that an error inside a stream names; undefined if it names none. */
  readonly status: number | undefined;
}

/** Finds the error of a dialect's JSON document; undefined if there is none. */
export type ReadVendorError = (document: JsonObject) => VendorError | undefined;

const NAMELESS_ERROR: VendorError = { codes: [], message: "", status: undefined };

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
  529: "overloaded",
};

/** Finds out why an answer has no success status. `body` may be anything: JSON, HTML, cut, empty. */
export function parseStatusFailure(
  rules: readonly ErrorRule[],
  read: ReadVendorError,
  head: AnswerHead,
  body: string,
): UpstreamFailure {
  const document = parseJson(body);
  const error = isObject(document) ? read(document) : undefined;
  const kind = findRule(rules, head.status, error)?.kind ?? kindOfStatus(head.status);
  const code = knownCode(rules, error);
  return makeFailure(head, kindOfRest(kind, head), code, `answered ${head.status}${code && ` (${code})`}`);
}

/** Finds out what an error inside an answer means. `document` is the event or the whole body. */
export function parseStreamFailure(
  rules: readonly ErrorRule[],
  read: ReadVendorError,
  head: AnswerHead,
  document: JsonObject,
): UpstreamFailure {
  const error = read(document) ?? NAMELESS_ERROR;
  const byStatus = error.status === undefined ? "server-error" : kindOfStatus(error.status);
  const kind = findRule(rules, error.status, error)?.kind ?? byStatus;
  const code = knownCode(rules, error);
  return makeFailure(head, kind, code, `said ${code || "that it failed"} inside the answer`);
}

/** Reads what is found in an error's own object, or a mere text. `moreCodes` are more exact than its code and type. */
export function readErrorObject(error: unknown, moreCodes: readonly unknown[]): VendorError | undefined {
  if (typeof error === "string") return { ...NAMELESS_ERROR, message: error };
  if (!isObject(error)) return undefined;
  const codes = [...moreCodes, error["code"], error["type"]].map(stringOf);
  return {
    codes: codes.filter((code) => code !== ""),
    message: stringOf(error["message"]),
    status: readErrorStatus(error),
  };
}

/** Reads `status` or a numeric `code` of an error object. */
function readErrorStatus(error: JsonObject): number | undefined {
  for (const value of [error["code"], error["status"]]) {
    const status = Number(value);
    if (Number.isInteger(status) && status >= 400 && status < 600) return status;
  }
  return undefined;
}

function findRule(
  rules: readonly ErrorRule[],
  status: number | undefined,
  error: VendorError | undefined,
): ErrorRule | undefined {
  if (error === undefined) return undefined;
  return rules.find(
    (rule) =>
      (rule.statuses === undefined || status === undefined || rule.statuses.includes(status)) &&
      (rule.codes === undefined || rule.codes.some((code) => error.codes.includes(code))) &&
      (rule.message === undefined || rule.message.test(error.message)),
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

function kindOfRest(kind: FailureKind, { retryAfterMs }: AnswerHead): FailureKind {
  return kind === "rate-limited" && retryAfterMs !== undefined && retryAfterMs > LONGEST_REST_MS
    ? "quota-exhausted"
    : kind;
}
