/** Reads a request whose body is one JSON object. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { isObject, type JsonObject } from "../../call/json-object.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { readRequest } from "../admission/request-body.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import { describeSyntaxError } from "../json/describe-syntax-error.ts";
import type { Exchange } from "../port/exchange.ts";

/** Reads the body within the limits. Throws `CallRefused`. */
export async function readJson(exchange: Exchange, limits: EdgeLimits, held: RequestBytes): Promise<JsonObject> {
  const encoding = exchange.request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw invalid("its content-encoding is not carried; send it as it is");
  const chunks: Uint8Array[] = [];
  for await (const chunk of readRequest(exchange, limits, held, refuse)) chunks.push(chunk);
  return parse(Buffer.concat(chunks));
}

function refuse(refusal: Refusal): CallRefused {
  return new CallRefused(refusal);
}

function parse(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) throw invalid("it has no body; send one JSON object");
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
