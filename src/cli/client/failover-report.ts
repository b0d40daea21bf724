/** Writes what was tried for a call that failed. */

import { type Duration, durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type Attempt,
  AttemptOutcome,
  AttemptOutcomeSchema,
  type FailoverReport,
  type Skip,
} from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { describeElapsed } from "../../time/duration.ts";
import type { Paint } from "../terminal/shown-text.ts";
import { type Cell, formatTable } from "../terminal/table.ts";

const attemptHeadings = ["ATTEMPT", "ROUTE", "OUTCOME", "UPSTREAM", "FIRST TOKEN", "TIME", "DELIVERED", "MESSAGE"];
const skipHeadings = ["SKIPPED", "REASON", "AGAIN", "MESSAGE"];

/** Returns lines: a table of the attempts, a table of the skips, and what was delivered. */
export function formatReport(report: FailoverReport, paint: Paint, nowMs: number): string[] {
  const { attempts, skips, omittedAttemptCount, omittedSkipCount } = report;
  return [
    ...(attempts.length > 0 ? formatTable(attemptHeadings, attempts.map(attemptRow), { paint }) : []),
    ...(omittedAttemptCount > 0 ? [`${omittedAttemptCount} older attempts are not shown`] : []),
    ...(skips.length > 0
      ? formatTable(
          skipHeadings,
          skips.map((skip) => skipRow(skip, nowMs)),
          { paint },
        )
      : []),
    ...(omittedSkipCount > 0 ? [`${omittedSkipCount} older skips are not shown`] : []),
    ...formatDelivered(report),
  ];
}

function attemptRow(attempt: Attempt): Cell[] {
  const outcome = enumWord(AttemptOutcomeSchema, attempt.outcome);
  return [
    `${attempt.number}${attempt.retry ? " retry" : ""}${attempt.hedge ? " hedge" : ""}`,
    attempt.route,
    { text: outcome, style: attempt.outcome === AttemptOutcome.COMPLETED ? "good" : "bad" },
    [attempt.upstreamStatus, attempt.upstreamCode].filter(Boolean).join(" "),
    optionalDuration(attempt.timeToFirstToken),
    optionalDuration(attempt.duration),
    `${attempt.deliveredBytes} bytes`,
    attempt.message,
  ];
}

function skipRow(skip: Skip, nowMs: number): Cell[] {
  const reason = enumWord(SkipReasonSchema, skip.reason);
  const waitMs = skip.retryTime === undefined ? 0 : timestampMs(skip.retryTime) - nowMs;
  return [
    skip.route,
    { text: reason, style: "warning" },
    waitMs > 0 ? `in ${describeElapsed(waitMs)}` : "",
    skip.message,
  ];
}

function optionalDuration(duration: Duration | undefined): string {
  return duration === undefined ? "" : describeElapsed(durationMs(duration));
}

function formatDelivered({ deliveredBytes, resumable }: FailoverReport): string[] {
  if (deliveredBytes === 0n) return [];
  const hint = resumable ? "; a new request with resume.delivered_text can continue the answer" : "";
  return [`${deliveredBytes} bytes of the answer were delivered${hint}`];
}
