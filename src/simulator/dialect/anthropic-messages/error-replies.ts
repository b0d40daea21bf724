/** Errors as Anthropic words them. */

import type { Problem, ProblemReply } from "../request-problem.ts";
import type { Stamp } from "../simulated-dialect.ts";
import { requestId } from "./ids.ts";

interface VendorError {
  readonly type: string;
  readonly message: string;
}

const BY_STATUS: Readonly<Record<number, VendorError>> = {
  401: { type: "authentication_error", message: "invalid x-api-key" },
  402: { type: "billing_error", message: "Your credit balance is too low to access the API." },
  403: { type: "permission_error", message: "Your API key does not have permission to use the specified resource." },
  404: { type: "not_found_error", message: "model: not found" },
  408: { type: "timeout_error", message: "Request timed out" },
  413: { type: "request_too_large", message: "Request exceeds the maximum size" },
  429: { type: "rate_limit_error", message: "This request would exceed your rate limit." },
  500: { type: "api_error", message: "Internal server error" },
  504: { type: "timeout_error", message: "Request timed out" },
  529: { type: "overloaded_error", message: "Overloaded" },
};

/** Answers with an error. */
export function problemReply(stamp: Stamp, problem: Problem): ProblemReply {
  switch (problem.kind) {
    case "invalid":
      return invalid(stamp, problem.message);
    case "unauthorized":
      return byStatus(stamp, 401);
    case "billing":
      return byStatus(stamp, 402);
    case "forbidden":
      return byStatus(stamp, 403);
    case "not-found":
      return byStatus(stamp, 404);
    case "context-too-long":
      return invalid(stamp, "prompt is too long: 250000 tokens > 200000 maximum");
    case "prefill-refused":
      return invalid(
        stamp,
        "This model does not support assistant message prefill. The conversation must end with a user message.",
      );
    case "content-filtered":
      return invalid(stamp, "Output blocked by content filtering policy");
    case "status":
      return byStatus(stamp, problem.status);
    default:
      return problem satisfies never;
  }
}

/** An error inside a stream. */
export function errorEvent(stamp: Stamp, type: string): string {
  const known = Object.values(BY_STATUS).find((error) => error.type === type);
  const error = known ?? { type: type || "overloaded_error", message: "Overloaded" };
  return `event: error\ndata: ${JSON.stringify(bodyOf(stamp, error))}\n\n`;
}

function invalid(stamp: Stamp, message: string): ProblemReply {
  return { status: 400, body: bodyOf(stamp, { type: "invalid_request_error", message }) };
}

function byStatus(stamp: Stamp, status: number): ProblemReply {
  const type = status < 500 ? "invalid_request_error" : "api_error";
  const error = BY_STATUS[status] ?? { type, message: `The server answered ${status}` };
  return { status, body: bodyOf(stamp, error) };
}

function bodyOf(stamp: Stamp, error: VendorError): object {
  return { type: "error", error, request_id: requestId(stamp) };
}
