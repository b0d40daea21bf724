/** Writes why a call has no answer. */

import { describeElapsed } from "../time/duration.ts";
import type { CallFailure } from "./call-failure.ts";
import { formatPrintable } from "./format-printable.ts";
import { formatReport } from "./format-report.ts";
import type { Paint } from "./paint.ts";

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
