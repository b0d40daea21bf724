/** What is known of an answer from its status and headers. */

import type { FailureKind, UpstreamFailure } from "../../call/upstream-failure.ts";
import type { HttpHeaders } from "../../wire/http-exchange.ts";
import { parseLimitReset, parseRetryAfter } from "../../wire/retry-after.ts";

export interface AnswerHead {
  readonly status: number;
  /** The upstream's name for the request; empty if it gave none. */
  readonly upstreamRequestId: string;
  /** How long the headers ask to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** When a limit of which nothing remains is lifted, in milliseconds from now. */
  readonly limitResetMs: number | undefined;
}

/** Headers that name a request, the likeliest first. */
const REQUEST_ID_HEADERS = [
  "request-id",
  "x-request-id",
  "apim-request-id",
  "x-ms-request-id",
  "x-amzn-requestid",
  "mistral-correlation-id",
  "x-ds-trace-id",
  "msh-request-id",
  "x-dashscope-request-id",
  "x-log-id",
  "x-generation-id",
  "x-trace-id",
  "cf-ray",
] as const;

/** A request id is copied into reports, so it must be short and plain. */
const REQUEST_ID_PATTERN = /^[\w.:-]{1,128}$/;

/** Reads status and headers. `nowMs` is in milliseconds since the epoch. */
export function readAnswerHead(status: number, headers: HttpHeaders, nowMs: number): AnswerHead {
  return {
    status,
    upstreamRequestId: readRequestId(headers),
    retryAfterMs: parseRetryAfter(headers, nowMs),
    limitResetMs: parseLimitReset(headers, nowMs),
  };
}

/** A failure of an answer that has a head. */
export function makeFailure(head: AnswerHead, kind: FailureKind, code: string, message: string): UpstreamFailure {
  const { status, upstreamRequestId, retryAfterMs = head.limitResetMs } = head;
  return { kind, status, code, upstreamRequestId, retryAfterMs, message };
}

function readRequestId(headers: HttpHeaders): string {
  for (const name of REQUEST_ID_HEADERS) {
    const id = plainRequestId(headers[name]);
    if (id !== "") return id;
  }
  return "";
}

/** A name for a request if it is short and plain; else empty. */
export function plainRequestId(id: unknown): string {
  return typeof id === "string" && REQUEST_ID_PATTERN.test(id) ? id : "";
}
