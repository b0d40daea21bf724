/** What the log says of a call: each attempt that did not complete the answer, and the end. Never text of it. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Plan } from "../call/plan.ts";
import type { Log } from "../telemetry/log.ts";
import { describeOutcome } from "./attempt/describe-outcome.ts";
import type { Outcome } from "./attempt/outcome.ts";
import { outcomeName } from "./failure-classes.ts";
import type { AttemptRecord } from "./ledger/attempt-record.ts";

/** The words for refusals: `all_routes_failed`. */
const REASON_NAMES = new Map<ErrorReason, string>(
  Object.entries(ErrorReason).map(([name, value]) => [value, name.toLowerCase()]),
);

/** How a call ended: by a refusal, or in one of the ways that need no reason. */
export type CallOutcome = "completed" | "cancelled" | ErrorReason;

/** Writes a call's lines. */
export class CallLog {
  readonly #log: Log;
  readonly #plan: Plan;

  constructor(log: Log, plan: Plan) {
    this.#log = log;
    this.#plan = plan;
  }

  /** A warning; what the client or a hedge caused is worth a debugger's attention only. */
  attemptEnded(record: AttemptRecord, outcome: Outcome, deliveredBytes: number): void {
    const { requestId, workload } = this.#plan;
    const quiet = outcome.kind === "cancelled" || outcome.kind === "hedgeLost";
    const failure = outcome.kind === "failed" ? outcome.failure : undefined;
    const fields = {
      requestId,
      workload,
      route: record.origin.route.name,
      attempt: record.origin.number,
      outcome: outcomeName(outcome),
      failure: failure?.kind,
      upstreamStatus: failure?.status ?? record.status,
      durationMs: Math.round(performance.now() - record.startedAtMs),
      deliveredBytes,
    };
    this.#log[quiet ? "debug" : "warn"](fields, `attempt ended: ${describeOutcome(outcome)}`);
  }

  /** One line a call, with the caller's labels, which are there for this. */
  callEnded(outcome: CallOutcome, records: readonly AttemptRecord[], skipCount: number, deliveredBytes: number): void {
    const { requestId, workload, request, startedAtMs } = this.#plan;
    const fields = {
      requestId,
      workload,
      labels: Object.keys(request.labels).length > 0 ? request.labels : undefined,
      outcome: typeof outcome === "string" ? outcome : REASON_NAMES.get(outcome),
      routes: records.map(({ origin }) => origin.route.name),
      skipCount,
      durationMs: Math.round(performance.now() - startedAtMs),
      deliveredBytes,
    };
    this.#log.info(fields, "call ended");
  }
}
