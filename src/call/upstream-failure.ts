/** Why an upstream gave no whole answer, in neutral words. */

import type { Refusal } from "./adjustment.ts";

/**
 * The kinds of failures. What follows from each is data: `failover/failure-classes.ts`.
 */
export type FailureKind =
  /** Refused, unreachable or reset before any byte came back. */
  | "unreachable"
  /** No connection within the connect timeout. */
  | "connect-timeout"
  /** HTTP 408, 409, 425. */
  | "try-again"
  /** HTTP 500, 502, 503, 504, 520 to 527, and the same said inside a stream. */
  | "server-error"
  /** HTTP 529, `overloaded_error`, `server_is_overloaded`. */
  | "overloaded"
  /** HTTP 429. */
  | "rate-limited"
  /** A quota or credit is used up: `insufficient_quota`, a spend limit. */
  | "quota-exhausted"
  /** HTTP 401. */
  | "unauthenticated"
  /** HTTP 402, `billing_error`. */
  | "billing"
  /** HTTP 403. */
  | "forbidden"
  /** HTTP 404: no such model, deployment or path. */
  | "not-found"
  /** HTTP 400, 422 and the like: the request is at fault. */
  | "invalid-request"
  /** A field is not taken that can go without changing what is asked for. */
  | "unsupported-field"
  /** The server was started without a feature that this request needs. */
  | "missing-feature"
  /** HTTP 413. */
  | "too-large"
  /** This one request is more than the account may use or can pay at once; smaller ones are taken. */
  | "over-allowance"
  /** The model did what its own server refuses: it called a tool wrongly, or wrote JSON that is none. */
  | "model-failed"
  /** The conversation is longer than the model's window. */
  | "context-too-long"
  /** A trailing assistant turn is not accepted. */
  | "prefill-refused"
  /** The signature of earlier reasoning is not accepted. */
  | "signature-refused"
  /** A content filter refused the request before any text. */
  | "content-filtered"
  /** The body ended before the end of the answer. */
  | "truncated"
  /** The connection broke in the middle of the body. */
  | "cut"
  /** The body is not what the dialect allows: HTML, broken JSON, an event over the size limit. */
  | "malformed";

/** Longest rest that an upstream asks for with a rate limit, in milliseconds. Who asks for more means a quota. */
export const LONGEST_REST_MS = 900_000;

/** Why an upstream gave no whole answer. Carries no text of the upstream, which may hold a part of the prompt or a key. */
export interface UpstreamFailure {
  readonly kind: FailureKind;
  /** HTTP status, if a response came. */
  readonly status: number | undefined;
  /** The vendor's own code for the error, from a known set; empty if there is none. */
  readonly code: string;
  /** The upstream's name for the request; empty if it gave none. */
  readonly upstreamRequestId: string;
  /** How long the upstream asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What happened, in the gateway's own words: `answered 503`, `closed the connection after 3 events`. */
  readonly message: string;
  /** The field that was refused, with an `unsupported-field`. */
  readonly refusal?: Refusal;
}
