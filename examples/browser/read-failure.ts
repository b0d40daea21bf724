/** Reads what a failed call says: what went wrong, what was tried, and whether going on makes sense. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";

import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import { type FailoverReport, FailoverReportSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";

export interface Failure {
  /** `lost`: the connection broke, or nothing answers. `told`: the code says what went wrong. */
  readonly kind: "cancelled" | "lost" | "told";
  /** The code's name, as in `Unavailable`. */
  readonly code: string;
  /** The gateway's `ErrorReason`. Empty if it gave none. */
  readonly reason: string;
  readonly message: string;
  /** How long the gateway asks to wait, in milliseconds; 0 if it does not say. */
  readonly retryDelayMs: number;
  /** The gateway's name for the call. Empty if it gave none. */
  readonly requestId: string;
  /** What was tried. Undefined if no route was. */
  readonly report: FailoverReport | undefined;
}

/** Reads whatever a call threw. */
export function readFailure(thrown: unknown): Failure {
  const error = ConnectError.from(thrown);
  const [info] = error.findDetails(ErrorInfoSchema);
  const [retry] = error.findDetails(RetryInfoSchema);
  const [request] = error.findDetails(RequestInfoSchema);
  const [report] = error.findDetails(FailoverReportSchema);
  return {
    kind: kindOf(error.code, info !== undefined),
    code: Code[error.code],
    reason: info?.reason ?? "",
    message: error.rawMessage,
    retryDelayMs: retry?.retryDelay === undefined ? 0 : durationMs(retry.retryDelay),
    requestId: request?.requestId ?? "",
    report,
  };
}

function kindOf(code: Code, hasInfo: boolean): Failure["kind"] {
  if (code === Code.Canceled) return "cancelled";
  // Errors of a gateway have details; these two can be the page's own.
  return hasInfo || code === Code.DeadlineExceeded || code === Code.DataLoss ? "told" : "lost";
}
