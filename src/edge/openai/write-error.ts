/** Answers with an error in OpenAI's form. */

import type { Refusal } from "../../failover/refusal.ts";
import type { Exchange } from "../exchange.ts";
import { httpStatusOf, retryHeaders } from "../http-status.ts";
import { writeJson } from "../write-json.ts";
import { makeErrorBody } from "./error-body.ts";

/** Writes the answer of a call that was refused, or failed before its first byte. */
export function writeError(exchange: Exchange, refusal: Refusal, clientStallTimeoutMs: number): Promise<void> {
  const status = httpStatusOf(refusal.reason);
  const body = makeErrorBody(refusal, exchange.requestId);
  return writeJson(exchange, { status, body, headers: retryHeaders(refusal) }, clientStallTimeoutMs);
}
