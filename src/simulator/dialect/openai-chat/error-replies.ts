/** Errors as OpenAI and Azure word them. */

import type { Problem, ProblemReply } from "../request-problem.ts";
import type { Stamp } from "../simulated-dialect.ts";

interface ErrorBody {
  readonly message: string;
  readonly type: string | null;
  readonly code: string | null;
  readonly param?: string;
}

/** The error that belongs to a status, where it is not simply `server_error` or `invalid_request_error`. */
const BY_STATUS: Readonly<Record<number, ErrorBody>> = {
  401: { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" },
  402: { message: "Your account has no credit left.", type: "billing_error", code: "billing_not_active" },
  403: {
    message: "Country, region, or territory not supported",
    type: "request_forbidden",
    code: "unsupported_country",
  },
  404: { message: "The model does not exist.", type: "invalid_request_error", code: "model_not_found" },
  429: { message: "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded" },
  503: { message: "The engine is currently overloaded.", type: "server_error", code: "server_is_overloaded" },
};

const AZURE_FILTER = {
  code: "ResponsibleAIPolicyViolation",
  content_filter_result: { violence: { filtered: true, severity: "high" } },
};

/** Answers with an error. */
export function problemReply(stamp: Stamp, problem: Problem): ProblemReply {
  switch (problem.kind) {
    case "invalid":
      return reply(400, { message: problem.message, type: "invalid_request_error", code: null });
    case "unauthorized":
      return byStatus(401);
    case "billing":
      return reply(429, {
        message: "You exceeded your current quota, please check your plan and billing details.",
        type: "insufficient_quota",
        code: "insufficient_quota",
      });
    case "forbidden":
      return byStatus(403);
    case "not-found":
      if (!stamp.isAzure) return byStatus(404);
      return reply(404, { message: "The deployment does not exist.", type: null, code: "DeploymentNotFound" });
    case "context-too-long":
      return reply(400, {
        message: "This model's maximum context length is 128000 tokens.",
        type: "invalid_request_error",
        code: "context_length_exceeded",
        param: "messages",
      });
    case "prefill-refused":
      return reply(400, {
        message: "Assistant response prefill is incompatible with enable_thinking.",
        type: "invalid_request_error",
        code: null,
      });
    case "content-filtered":
      return contentFiltered(stamp);
    case "status":
      return byStatus(problem.status);
    default:
      return problem satisfies never;
  }
}

/** An error inside a stream. */
export function errorEvent(_stamp: Stamp, type: string): string {
  const error = { message: "The server had an error while processing your request.", type: type || "server_error" };
  return `data: ${JSON.stringify({ error: { ...error, param: null, code: null } })}\n\n`;
}

function contentFiltered(stamp: Stamp): ProblemReply {
  const message = "The response was filtered due to the prompt triggering a content management policy.";
  if (!stamp.isAzure) return reply(400, { message, type: "invalid_request_error", code: "content_policy_violation" });
  const error = { message, type: null, param: "prompt", code: "content_filter", status: 400, innererror: AZURE_FILTER };
  return { status: 400, body: { error } };
}

function byStatus(status: number): ProblemReply {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return reply(status, BY_STATUS[status] ?? { message: `The server answered ${status}.`, type, code: null });
}

function reply(status: number, error: ErrorBody): ProblemReply {
  return { status, body: { error: { param: null, ...error } } };
}
