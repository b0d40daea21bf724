/** Says why there is no answer in the form of OpenAI's errors. */

import { toJson } from "@bufbuild/protobuf";

import { ErrorReason, ErrorReasonSchema, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../call/refusal.ts";
import { httpStatusOf } from "../door/http-status.ts";

/** Codes that OpenAI's clients know. Other reasons have their own name in lower case. */
const CODES: Partial<Record<ErrorReason, string>> = {
  [ErrorReason.CONTEXT_TOO_LONG]: "context_length_exceeded",
  [ErrorReason.CONTENT_FILTERED]: "content_filter",
  [ErrorReason.WORKLOAD_NOT_FOUND]: "model_not_found",
  [ErrorReason.ROUTE_NOT_FOUND]: "model_not_found",
  [ErrorReason.PROVIDER_NOT_FOUND]: "model_not_found",
  [ErrorReason.CALLER_UNKNOWN]: "invalid_api_key",
  [ErrorReason.COOLING_DOWN]: "rate_limit_exceeded",
  [ErrorReason.CALLER_LIMIT]: "rate_limit_exceeded",
};

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** Makes the body of an error, which is also the event of one inside a stream. */
export function makeErrorBody(refusal: Refusal, requestId: string): object {
  const { reason, message, violations, report } = refusal;
  const status = httpStatusOf(reason);
  const name = ErrorReasonSchema.value[reason]?.localName ?? "INTERNAL";
  return {
    error: {
      message,
      type: TYPES[status] ?? (status < 500 ? "invalid_request_error" : "server_error"),
      param: violations?.[0]?.field ?? (status === 404 ? "model" : null),
      code: CODES[reason] ?? name.toLowerCase(),
      understudy: {
        request_id: requestId,
        reason: name,
        ...(violations !== undefined && violations.length > 0 && { violations }),
        ...(report !== undefined && {
          failover_report: toJson(FailoverReportSchema, report, { useProtoFieldName: true }),
        }),
      },
    },
  };
}
