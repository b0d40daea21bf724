/** Answers with an error in OpenAI's form. */

import type { Refusal } from "../../call/refusal.ts";
import { makeRetryHeaders } from "../door/retry-headers.ts";
import { writeJson } from "../door/write-json.ts";
import type { Exchange } from "../port/exchange.ts";
import { makeStatus } from "../status.ts";
import { makeErrorBody } from "./error-body.ts";

/** Writes the answer of a call that was refused, or failed before its first byte. */
export function writeError(exchange: Exchange, refusal: Refusal, clientStallTimeoutMs: number): Promise<void> {
  const status = makeStatus(refusal);
  const body = makeErrorBody(status, exchange.requestId);
  const answer = { status: status.httpStatus, body, headers: makeRetryHeaders(status) };
  return writeJson(exchange, answer, clientStallTimeoutMs);
}
