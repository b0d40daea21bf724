/** Makes the record of a call that was refused at the gate. */

import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallRecord } from "../../src/call/call-record.ts";

/** `others` replace single fields. */
export function makeRecord(others: Partial<CallRecord> = {}): CallRecord {
  return {
    requestId: "call-1",
    door: "grpc",
    method: "StreamComplete",
    caller: undefined,
    workload: "",
    labels: {},
    startTimeMs: 0,
    durationMs: 1.5,
    routes: [],
    run: undefined,
    ending: { kind: "refused", reason: ErrorReason.CALLER_UNKNOWN, message: "the call has no key" },
    ...others,
  };
}
