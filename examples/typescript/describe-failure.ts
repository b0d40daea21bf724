/** Says what went wrong with a call, what was tried, and what to do about it. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { type ServiceError, status } from "@grpc/grpc-js";

import { AttemptOutcomeSchema, type FailoverReport } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "./enum-word.ts";
import { readStatusDetails } from "./status-details.ts";

/** The lines to print for a failed call. */
export function describeFailure(error: ServiceError): string {
  const { info, badRequest, report, retry, request } = readStatusDetails(error);
  const reason = info?.reason ?? "no reason given";
  return [
    `error: ${status[error.code]} (${reason}): ${error.details}`,
    ...(badRequest?.fieldViolations ?? []).map(({ field, description }) => `  ${field}: ${description}`),
    ...describeReport(report),
    `  ${advice(error.code, reason)}`,
    ...(retry?.retryDelay ? [`  try again in ${(durationMs(retry.retryDelay) / 1000).toFixed(1)} s`] : []),
    ...(request ? [`  request ${request.requestId}`] : []),
    "",
  ].join("\n");
}

function describeReport(report: FailoverReport | undefined): string[] {
  if (report === undefined) return [];
  return [
    ...report.attempts.map(({ number, route, outcome, upstreamStatus }) => {
      const answered = upstreamStatus === undefined ? "" : `, upstream status ${upstreamStatus}`;
      return `  attempt ${number} on ${route}: ${enumWord(AttemptOutcomeSchema, outcome)}${answered}`;
    }),
    ...report.skips.map(({ route, reason }) => `  ${route} passed over: ${enumWord(SkipReasonSchema, reason)}`),
  ];
}

/** What the caller can do. The code is enough to decide; the reason says more. */
function advice(code: status, reason: string): string {
  switch (code) {
    case status.INVALID_ARGUMENT:
      return "mend the request";
    case status.NOT_FOUND:
      return "use a name that this gateway has configured";
    case status.UNAUTHENTICATED:
      return "send your key as `authorization: Bearer KEY`";
    case status.PERMISSION_DENIED:
      return "ask the gateway's operator for the permission";
    case status.FAILED_PRECONDITION:
      return reason === "CONTENT_FILTERED"
        ? "change the text: a content filter refused it"
        : "tell the gateway's operator: no route can serve this until it is mended";
    case status.RESOURCE_EXHAUSTED:
      return reason === "TOO_LARGE" ? "shorten the text" : "ask less often, or later";
    case status.UNAVAILABLE:
      return "try again later: no route or no gateway answers now";
    case status.DEADLINE_EXCEEDED:
      return "allow more time";
    case status.ABORTED:
      return "the answer is not complete: do not use it as if it were";
    case status.UNIMPLEMENTED:
      return "leave the field out, or ask for a newer gateway";
    case status.CANCELLED:
      return "interrupted: the upstream was told to stop";
    default:
      return "report it with the request's name";
  }
}
