/** Shows a failed call. */

import { durationMs } from "@bufbuild/protobuf/wkt";

import { AttemptOutcomeSchema, type FailoverReport } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { element } from "./element.ts";
import { enumWord } from "./enum-word.ts";
import type { Failure } from "./read-failure.ts";

const UNREACHABLE =
  "The gateway does not answer, or does not let this page call: server.cors_origins in its configuration must name ";

/** The parts to show: what went wrong, what was tried, and when another try makes sense. */
export function makeFailureView({ kind, code, reason, message, report, retryDelayMs, requestId }: Failure): Node[] {
  const title = kind === "lost" ? "No connection" : reason === "" ? code : `${code} · ${reason}`;
  const notes = [
    ...(retryDelayMs > 0 ? [`try again in ${(retryDelayMs / 1000).toFixed(1)} s`] : []),
    ...(requestId === "" ? [] : [`request ${requestId}`]),
  ];
  return [
    element("h2", "", title),
    element("p", "", kind === "lost" ? `${UNREACHABLE}${location.origin} (${message})` : message),
    ...(report === undefined ? [] : [makeAttemptTable(report)]),
    ...(notes.length === 0 ? [] : [element("p", "", notes.join(" · "))]),
  ];
}

function makeAttemptTable({ attempts, skips }: FailoverReport): Node {
  const rows = [
    ...attempts.map(({ number, route, outcome, upstreamStatus, duration }) => [
      String(number),
      route,
      enumWord(AttemptOutcomeSchema, outcome),
      upstreamStatus === undefined ? "–" : String(upstreamStatus),
      duration === undefined ? "–" : `${Math.round(durationMs(duration))} ms`,
    ]),
    ...skips.map(({ route, reason }) => ["–", route, `passed over: ${enumWord(SkipReasonSchema, reason)}`, "–", "–"]),
  ];
  const head = ["attempt", "route", "outcome", "upstream", "time"].map((name) => element("th", "", name));
  return element(
    "table",
    "attempts",
    element("tr", "", ...head),
    ...rows.map((row) => element("tr", "", ...row.map((cell) => element("td", "", cell)))),
  );
}
