/** Answers with an error in OpenAI's form. */

import type { Refusal } from "../../call/refusal.ts";
import { httpStatusOf, retryHeaders } from "../door/http-status.ts";
import { writeJson } from "../door/write-json.ts";
import type { Exchange } from "../port/exchange.ts";
import { makeErrorBody } from "./error-body.ts";

/** Writes the answer of a call that was refused, or failed before its first byte. */
export function writeError(exchange: Exchange, refusal: Refusal, clientStallTimeoutMs: number): Promise<void> {
  const status = httpStatusOf(refusal.reason);
  const body = makeErrorBody(refusal, exchange.requestId);
  return writeJson(exchange, { status, body, headers: retryHeaders(refusal) }, clientStallTimeoutMs);
}
