/** Makes a status small enough to travel in trailers. */

import { create } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";

import { type FailoverReport, FailoverReportSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Status } from "../status.ts";

/** Most bytes of all trailers together: half of the smallest header limit among common clients, 8 KiB. */
const MAX_TRAILER_BYTES = 4 * 1024;
/** Most bytes of the message, percent-encoded. */
const MAX_MESSAGE_BYTES = 1_024;
/** Most violations, attempts and skips each that are tried to fit: more than ever do, and few enough to try. */
const MAX_ENTRIES = 16;
/** Most characters of a sentence about one attempt, one skip or one field. */
const MAX_SENTENCE_LENGTH = 240;
/** What HTTP/2 counts for each field beside its name and value (RFC 9113, 6.5.2). */
const FIELD_OVERHEAD_BYTES = 32;

/**
 * Makes an error of `status` by `make`, and leaves out the oldest attempts and skips, then the last violations, until
 * its trailers fit. `make` gets the number of violations that were left out; the report counts its own.
 */
export function fitStatus(status: Status, make: (status: Status, omittedCount: number) => ConnectError): ConnectError {
  let fitted = shortenSentences(status);
  for (;;) {
    const error = make(fitted, status.violations.length - fitted.violations.length);
    const smaller = leaveOutOne(fitted);
    if (smaller === undefined || trailerBytes(error) <= MAX_TRAILER_BYTES) return error;
    fitted = smaller;
  }
}

/** The bytes that the error takes in gRPC trailers, base64 and percent-encoding included. */
function trailerBytes(error: ConnectError): number {
  let bytes = 0;
  for (const [name, value] of setTrailerStatus(new Headers(), error)) {
    bytes += name.length + value.length + FIELD_OVERHEAD_BYTES;
  }
  return bytes;
}

function leaveOutOne(status: Status): Status | undefined {
  const { report, violations } = status;
  if (report !== undefined && report.attempts.length + report.skips.length > 0) {
    return { ...status, report: leaveOutOldest(report) };
  }
  return violations.length > 0 ? { ...status, violations: violations.slice(0, -1) } : undefined;
}

function leaveOutOldest(report: FailoverReport): FailoverReport {
  const { attempts, skips } = report;
  const shorter =
    attempts.length > skips.length
      ? { attempts: attempts.slice(1), omittedAttemptCount: report.omittedAttemptCount + 1 }
      : { skips: skips.slice(1), omittedSkipCount: report.omittedSkipCount + 1 };
  return create(FailoverReportSchema, { ...report, ...shorter });
}

function shortenSentences(status: Status): Status {
  const { report, violations, message } = status;
  return {
    ...status,
    message: shorten(message, (text) => encodeURIComponent(text).length <= MAX_MESSAGE_BYTES),
    violations: violations.slice(0, MAX_ENTRIES).map(({ field, description }) => ({
      field: shortenSentence(field),
      description: shortenSentence(description),
    })),
    report: report && shortenReport(report),
  };
}

function shortenReport(report: FailoverReport): FailoverReport {
  return create(FailoverReportSchema, {
    ...report,
    attempts: report.attempts
      .slice(-MAX_ENTRIES)
      .map((attempt) => ({ ...attempt, message: shortenSentence(attempt.message) })),
    skips: report.skips.slice(-MAX_ENTRIES).map((skip) => ({ ...skip, message: shortenSentence(skip.message) })),
    omittedAttemptCount: report.omittedAttemptCount + Math.max(0, report.attempts.length - MAX_ENTRIES),
    omittedSkipCount: report.omittedSkipCount + Math.max(0, report.skips.length - MAX_ENTRIES),
  });
}

function shortenSentence(sentence: string): string {
  return shorten(sentence, (text) => text.length <= MAX_SENTENCE_LENGTH);
}

/** Cuts a text to what `fits`, by halves of what is left to try, and marks the cut. */
function shorten(text: string, fits: (text: string) => boolean): string {
  // A lone surrogate cannot be percent-encoded.
  const whole = text.toWellFormed();
  if (fits(whole)) return whole;
  let low = 0;
  let high = whole.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cut(whole, middle))) low = middle;
    else high = middle - 1;
  }
  return cut(whole, low);
}

function cut(text: string, length: number): string {
  return `${text.slice(0, length).toWellFormed()}…`;
}
