/** Reads a request whose body is one JSON object. */

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../../call/refusal.ts";
import { readRequest } from "../admission/request-body.ts";
import type { RequestBytes } from "../admission/request-memory.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { Exchange } from "../port/exchange.ts";

/** A JSON object as it came. */
export type JsonBody = Readonly<Record<string, unknown>>;

/** Reads the body within the limits. Throws `CallRefused`. */
export async function readJson(exchange: Exchange, limits: EdgeLimits, held: RequestBytes): Promise<JsonBody> {
  const encoding = exchange.request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw invalid("its content-encoding is not carried; send it as it is");
  const chunks: Uint8Array[] = [];
  for await (const chunk of readRequest(exchange, limits, held, refuse)) chunks.push(chunk);
  return parse(Buffer.concat(chunks));
}

function refuse(refusal: Refusal): CallRefused {
  return new CallRefused(refusal);
}

function parse(bytes: Uint8Array): JsonBody {
  if (bytes.byteLength === 0) throw invalid("it has no body; send one JSON object");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // The parser's own words quote the request.
    const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    throw invalid(`its body is not valid JSON${position === undefined ? "" : ` (at character ${position})`}`);
  }
  if (!isJsonBody(value)) throw invalid("its body is not a JSON object");
  return value;
}

function isJsonBody(value: unknown): value is JsonBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(cause: string): CallRefused {
  return new CallRefused({ reason: ErrorReason.INVALID_REQUEST, message: `the request cannot be read: ${cause}` });
}
