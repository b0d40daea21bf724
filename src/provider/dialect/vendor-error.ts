/** Finds the error in what an upstream answers, in the shapes that servers of every dialect use. */

import { isObject, type JsonObject, parseJson } from "../../call/json-object.ts";
import { boundWait } from "../../wire/retry-after.ts";
import { listOf, stringOf } from "./json-values.ts";
import { readNamedWait } from "./named-wait.ts";

/** What an error says, taken out of the vendor's own shape. */
export interface VendorError {
  /** Codes and types, the most exact first. */
  readonly codes: readonly string[];
  /** Text for people. Looked at, never passed on. */
  readonly message: string;
  /** The field of the request that is at fault, as the vendor names it; empty if it names none. */
  readonly param: string;
  /** The HTTP status that an error inside a stream names; undefined if it names none. */
  readonly status: number | undefined;
  /** The vendor's name for the request; empty if the body has none. */
  readonly requestId: string;
  /** How long it asks to be left alone, in milliseconds; undefined if it does not. */
  readonly retryAfterMs: number | undefined;
}

/** Longest text of an error that is looked at. Some servers send the whole request back. */
const MAX_MESSAGE = 8_192;

/**
 * The error of a JSON document: `{error: {...}}` of most, in a list at Google; `{error: "..."}` of Ollama and, beside a
 * `code`, of xAI; `{message, code}` of vLLM and of gateways; `{detail}` of FastAPI; `{errors: [...]}` of Cloudflare.
 * Undefined if there is none.
 */
export function readVendorError(document: unknown): VendorError | undefined {
  const outer: unknown = Array.isArray(document) ? document[0] : document;
  if (!isObject(outer)) return undefined;
  const error = outer["error"] ?? outer["detail"] ?? listOf(outer["errors"])[0] ?? outer;
  if (typeof error !== "string" && !isObject(error) && !Array.isArray(error)) return undefined;
  const parts = isObject(error) ? [error, outer] : [outer];
  const raw = isObject(error) ? readRaw(error["metadata"]) : undefined;
  return {
    codes: [...(raw?.codes ?? []), ...parts.flatMap(readCodes)],
    message: [...messagesOf(error), raw?.message ?? "", stringOf(outer["message"])].join(" ").slice(0, MAX_MESSAGE),
    param: stringOf(parts[0]?.["param"]) || paramOf(error),
    status: parts.map(readErrorStatus).find((status) => status !== undefined),
    requestId: stringOf(outer["request_id"]),
    retryAfterMs: readNamedWait(error, messagesOf(error).join(" ")) ?? raw?.retryAfterMs ?? loadingTime(outer),
  };
}

/** What OpenRouter puts through of the provider behind it: the JSON of its error, or a mere sentence. */
function readRaw(metadata: unknown): VendorError | undefined {
  const raw = isObject(metadata) ? metadata["raw"] : undefined;
  if (typeof raw !== "string" || raw.length > MAX_MESSAGE) return undefined;
  return readVendorError(parseJson(raw) ?? { message: raw });
}

/** Hugging Face tells how long a model takes to load, in seconds. */
function loadingTime(outer: JsonObject): number | undefined {
  const seconds = outer["estimated_time"];
  return typeof seconds === "number" && seconds > 0 ? boundWait(seconds * 1_000) : undefined;
}

function readCodes(part: JsonObject): string[] {
  const inner = part["innererror"];
  const { details } = part;
  const exact = [
    ...(isObject(inner) ? [inner["code"]] : []),
    ...(isObject(details) ? [details["error_code"]] : []),
    ...listOf(details).map((detail) => (isObject(detail) ? detail["reason"] : "")),
  ];
  const general = [part["code"], part["type"], part["error_type"], part["error_code"], part["__type"], part["status"]];
  return [...exact, ...general]
    .map((code) => (typeof code === "number" ? String(code) : stringOf(code)))
    .filter(Boolean);
}

function messagesOf(error: unknown): string[] {
  if (typeof error === "string") return [error];
  // FastAPI: a list of what is wrong, each with its place.
  if (Array.isArray(error))
    return error.flatMap((each) => (isObject(each) ? [placeOf(each), stringOf(each["msg"])] : []));
  if (!isObject(error)) return [];
  return [stringOf(error["message"]), stringOf(error["msg"]), stringOf(error["details"])].filter(Boolean);
}

function paramOf(error: unknown): string {
  const [first] = listOf(error);
  return isObject(first) ? placeOf(first) : "";
}

function placeOf(fault: JsonObject): string {
  return listOf(fault["loc"])
    .filter((step) => step !== "body")
    .join(".");
}

/** Reads `status` or a numeric `code`. */
function readErrorStatus(part: JsonObject): number | undefined {
  for (const value of [part["code"], part["status"], part["status_code"], part["raw_status_code"]]) {
    const status = Number(value);
    if (Number.isInteger(status) && status >= 400 && status < 600) return status;
  }
  return undefined;
}
