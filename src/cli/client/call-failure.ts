/** A call that ended with an error status, with the details that the server sent, as JSON and in words. */

import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import {
  type BadRequest_FieldViolation,
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../../gen/ts/google/rpc/error_details_pb.ts";
import { type FailoverReport, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { describeElapsed } from "../../time/duration.ts";
import { formatPrintable, type Paint } from "../terminal/shown-text.ts";
import { formatReport } from "./failover-report.ts";

export interface CallFailure {
  /** gRPC's name of the code: `UNAVAILABLE`. */
  readonly code: string;
  readonly message: string;
  /** `ALL_ROUTES_FAILED`; undefined if the status is not of the gateway's own making. */
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  /** When asking again can help, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly violations: readonly BadRequest_FieldViolation[];
  readonly report: FailoverReport | undefined;
}

/** Reads the details of an error status. */
export function readCallFailure(error: ConnectError): CallFailure {
  const [retry] = error.findDetails(RetryInfoSchema);
  const [report] = error.findDetails(FailoverReportSchema);
  return {
    code: Code[error.code].replace(/(?<=[a-z])(?=[A-Z])/gu, "_").toUpperCase(),
    message: error.rawMessage,
    reason: error.findDetails(ErrorInfoSchema)[0]?.reason,
    requestId: error.findDetails(RequestInfoSchema)[0]?.requestId ?? report?.requestId,
    retryAfterMs: retry?.retryDelay === undefined ? undefined : durationMs(retry.retryDelay),
    violations: error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations),
    report,
  };
}

/** Writes the failure as one JSON object; missing details are left out. */
export function callFailureToJson(failure: CallFailure): JsonObject {
  const { code, reason, message, requestId, retryAfterMs, violations, report } = failure;
  return {
    code,
    ...(reason === undefined ? {} : { reason }),
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(violations.length === 0
      ? {}
      : { violations: violations.map(({ field, description }) => ({ field, description })) }),
    ...(report === undefined ? {} : { report: toJson(FailoverReportSchema, report) }),
  };
}

/** Returns lines: the status, what is wrong with the request, what was tried, and when to ask again. */
export function formatCallFailure(failure: CallFailure, paint: Paint, nowMs: number): string[] {
  const status = failure.reason === undefined ? failure.code : `${failure.code} ${failure.reason}`;
  return [
    `${paint("bad", `error: ${formatPrintable(status)}`)}: ${formatPrintable(failure.message)}`,
    ...failure.violations.map((violation) => formatPrintable(`  ${violation.field}: ${violation.description}`)),
    ...(failure.report === undefined ? [] : formatReport(failure.report, paint, nowMs)),
    ...(failure.retryAfterMs === undefined ? [] : [`ask again in ${describeElapsed(failure.retryAfterMs)}`]),
    ...(failure.requestId === undefined ? [] : [paint("faint", `request ${formatPrintable(failure.requestId)}`)]),
  ];
}
