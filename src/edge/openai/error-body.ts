/** Says why there is no answer in the form of OpenAI's errors. */

import { toJson } from "@bufbuild/protobuf";

import { type ErrorReason, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Status } from "../status.ts";

/** Codes that OpenAI's clients know. Other reasons have their own name in lower case. */
const CODES: Readonly<Partial<Record<keyof typeof ErrorReason, string>>> = {
  CONTEXT_TOO_LONG: "context_length_exceeded",
  CONTENT_FILTERED: "content_filter",
  WORKLOAD_NOT_FOUND: "model_not_found",
  ROUTE_NOT_FOUND: "model_not_found",
  PROVIDER_NOT_FOUND: "model_not_found",
  CALLER_UNKNOWN: "invalid_api_key",
  COOLING_DOWN: "rate_limit_exceeded",
  CALLER_LIMIT: "rate_limit_exceeded",
};

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** Makes the body of an error, which is also the event of one inside a stream. */
export function makeErrorBody(status: Status, requestId: string): object {
  const { httpStatus, reasonName, message, violations, report } = status;
  return {
    error: {
      message,
      type: TYPES[httpStatus] ?? (httpStatus < 500 ? "invalid_request_error" : "server_error"),
      param: violations[0]?.field ?? (httpStatus === 404 ? "model" : null),
      code: httpStatus === 405 ? "method_not_allowed" : (CODES[reasonName] ?? reasonName.toLowerCase()),
      understudy: {
        request_id: requestId,
        reason: reasonName,
        ...(violations.length > 0 && { violations }),
        ...(report !== undefined && {
          failover_report: toJson(FailoverReportSchema, report, { useProtoFieldName: true }),
        }),
      },
    },
  };
}
