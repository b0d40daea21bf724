/** Writes what happens into the log: a line a call, a line a change of a route's state, a line an operator's act. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { FinishReasonSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import {
  type Attempt,
  AttemptOutcomeSchema,
  ErrorReason,
  ErrorReasonSchema,
} from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { CallObserver } from "../call/call-observer.ts";
import type { CallEnding, CallRecord, CallRun } from "../call/call-record.ts";
import { enumWord } from "../call/enum-words.ts";
import type { Log } from "./log.ts";
import { createRefusalLines } from "./refusal-lines.ts";

/** Reasons that concern whoever runs the gateway; the others are the caller's matter. */
const TROUBLE: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.ROUTE_MISCONFIGURED,
  ErrorReason.COOLING_DOWN,
  ErrorReason.AT_CAPACITY,
  ErrorReason.OVERLOADED,
  ErrorReason.ALL_ROUTES_FAILED,
  ErrorReason.ANSWER_INTERRUPTED,
  ErrorReason.INTERNAL,
]);

/** States in which a route takes no calls. */
const OUT = new Set(["open", "cooling_down", "disabled", "isolated", "silent"]);

/**
 * Creates the observer. Nothing of a request, an answer or an upstream's words is written, no key, and of the labels
 * only those that `shownLabels` names: the others may be about a person.
 */
export function createLogObserver(log: Log, shownLabels: () => readonly string[] = () => []): CallObserver {
  const refusalLines = createRefusalLines((refused) => log.warn({ refused }, "more calls refused at the door"));
  return {
    callEnded(record) {
      const level = levelOf(record);
      // Describing a call costs more than all else of its record.
      if (!log.isLevelEnabled(level)) return;
      if (isAtDoor(record) && !refusalLines.take(enumWord(ErrorReasonSchema, record.ending.reason))) return;
      log[level](describeCall(record, shownLabels()), messageOf(record));
    },
    routeChanged({ route, from, to, cause, untilMs }) {
      const until = untilMs === undefined ? undefined : new Date(untilMs).toISOString();
      const fields = { route, from, to, cause: cause === "" ? undefined : cause, until };
      log[OUT.has(to) ? "warn" : "info"](fields, `route is ${to.replaceAll("_", " ")}`);
    },
    operatorActed({ act, caller, requestId, what, reason }) {
      log.warn({ act, caller, requestId, what, reason: reason === "" ? undefined : reason }, `operator: ${act}`);
    },
  };
}

/** Calls of a comparison fail on purpose, and lists are asked for every second. */
function levelOf({ door, ending }: CallRecord): "debug" | "info" | "warn" | "error" {
  if (ending.kind === "fault") return "error";
  if (door === "comparison" || ending.kind === "answered") return "debug";
  return ending.kind === "refused" && TROUBLE.has(ending.reason) ? "warn" : "info";
}

function messageOf(record: CallRecord): string {
  if (record.ending.kind === "fault") return "call failed by a fault";
  return isAtDoor(record) ? "call refused at the door" : "call ended";
}

type RefusedRecord = CallRecord & { readonly ending: Extract<CallEnding, { kind: "refused" }> };

function isAtDoor(record: CallRecord): record is RefusedRecord {
  return record.run === undefined && record.ending.kind === "refused";
}

function describeCall(record: CallRecord, shownLabels: readonly string[]): object {
  const { requestId, door, method, caller, workload, durationMs: lengthMs, run, ending } = record;
  const labels = Object.entries(record.labels).filter(([name]) => shownLabels.includes(name));
  return {
    requestId,
    door,
    method,
    caller,
    workload: workload === "" ? undefined : workload,
    labels: labels.length > 0 ? Object.fromEntries(labels) : undefined,
    ...describeEnding(ending, run),
    ...(run && describeRun(run)),
    durationMs: Math.round(lengthMs),
  };
}

/** The sentence of a refusal is written only where the call never reached a route: else the attempts say it. */
function describeEnding(ending: CallEnding, run: CallRun | undefined): object {
  switch (ending.kind) {
    case "completed":
      return { outcome: "completed", finishReason: enumWord(FinishReasonSchema, ending.finishReason) };
    case "refused": {
      const outcome = enumWord(ErrorReasonSchema, ending.reason);
      return run === undefined ? { outcome, cause: ending.message } : { outcome };
    }
    case "fault":
      return { outcome: "fault", fault: ending.fault, at: ending.at };
    case "answered":
    case "cancelled":
      return { outcome: ending.kind };
  }
}

function describeRun({ attempts, skips, switches, usage, cost, deliveredBytes }: CallRun): object {
  return {
    attempts: attempts.map(describeAttempt),
    skips:
      skips.length > 0 ? skips.map(({ route, reason }) => `${route} ${enumWord(SkipReasonSchema, reason)}`) : undefined,
    switchCount: switches.length > 0 ? switches.length : undefined,
    deliveredBytes,
    inputTokens: count(usage.inputTokens),
    outputTokens: count(usage.outputTokens),
    costMicroUsd: count(cost.microUsd),
  };
}

function describeAttempt(attempt: Attempt): object {
  const { route, outcome, upstreamStatus, upstreamRequestId, duration, deliveredBytes, message, adjustments } = attempt;
  const name = enumWord(AttemptOutcomeSchema, outcome);
  return {
    route,
    outcome: name,
    ...(name !== "completed" && { cause: message, upstreamStatus }),
    upstreamRequestId: upstreamRequestId === "" ? undefined : upstreamRequestId,
    adjusted: adjustments.length > 0 ? adjustments.map(({ field }) => field) : undefined,
    durationMs: duration && durationMs(duration),
    deliveredBytes: Number(deliveredBytes),
  };
}

function count(amount: bigint | undefined): number | undefined {
  return amount === undefined ? undefined : Number(amount);
}
