/** Reads a request whose body is one JSON object. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { isObject, type JsonObject } from "../../call/json-object.ts";
import { CallRefused } from "../../call/refusal.ts";
import { estimateJson } from "../admission/estimate-json.ts";
import { readMessages } from "../admission/read-messages.ts";
import { requestLimits } from "../admission/request-limits.ts";
import { takeDecoded } from "../admission/take-decoded.ts";
import { describeSyntaxError } from "../json/describe-syntax-error.ts";
import type { DoorCall } from "./endpoint.ts";

/** Reads the body within the limits. Throws `CallRefused`. */
export async function readJson({ exchange, held, parts: { unfinished } }: DoorCall): Promise<JsonObject> {
  const encoding = exchange.request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw invalid("its content-encoding is not carried; send it as it is");
  const options = { ...requestLimits(exchange.generation.limits), enveloped: false, held, unfinished };
  for await (const body of readMessages(exchange, options)) {
    const estimate = estimateJson(body);
    const refusal = takeDecoded(held, estimate);
    if (refusal !== undefined) throw new CallRefused(refusal);
    const parsed = parse(body);
    held.settle(estimate.bytes);
    return parsed;
  }
  throw invalid("it has no body; send one JSON object");
}

function parse(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`its body is ${describeSyntaxError(error)}`);
  }
  if (!isObject(value)) throw invalid("its body is not a JSON object");
  return value;
}

function invalid(cause: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.INVALID_REQUEST, message: `the request cannot be read: ${cause}` });
}
