import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { CostSchema, CostSource, ErrorReason, UsageSchema } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { joinObservers } from "../../../src/call/call-observer.ts";
import type { CallEnding, CallRecord, CallRun } from "../../../src/call/call-record.ts";
import { type FollowedCall, followCall } from "../../../src/edge/admission/call-trail.ts";

const COMPLETED: CallEnding = { kind: "completed", finishReason: FinishReason.STOP };
const CANCELLED: CallEnding = { kind: "cancelled" };
const ALL_FAILED: CallEnding = { kind: "refused", reason: ErrorReason.ALL_ROUTES_FAILED, message: "a failed" };
const DRAINING = { reason: ErrorReason.DRAINING, message: "this server is about to stop" };
const INTERNAL = { reason: ErrorReason.INTERNAL, message: "the gateway failed" };

/** What an engine tells of a call that cost 7 millionths of a dollar. */
function makeRun(ending: CallEnding): CallRun {
  return {
    attempts: [],
    skips: [],
    switches: [],
    usage: create(UsageSchema),
    cost: create(CostSchema, { source: CostSource.ESTIMATED, microUsd: 7n }),
    deliveredBytes: 4,
    ending,
  };
}

function follow(): { trail: FollowedCall; records: CallRecord[] } {
  const records: CallRecord[] = [];
  const observer = joinObservers([{ callEnded: (record) => void records.push(record) }], () => {});
  return { trail: followCall({ requestId: "call-1", door: "grpc", method: "Complete" }, observer), records };
}

/** What happens to a call, one after the other. */
type Step = (trail: FollowedCall, end: (run: CallRun) => void) => void;

const closes: Step = (trail) => trail.closed(false);
const leaves: Step = (trail) => trail.closed(true);
const refuses: Step = (trail) => trail.refused(DRAINING);
const breaks: Step = (trail) => trail.faulted(new RangeError("secret"));
function ends(ending: CallEnding): Step {
  return (_trail, end) => end(makeRun(ending));
}

const ORDERS: readonly (readonly [name: string, steps: readonly Step[], ending: object])[] = [
  ["the engine ends, then the response", [ends(COMPLETED), closes], COMPLETED],
  ["the client leaves, then the engine learns of it", [leaves, ends(CANCELLED)], CANCELLED],
  ["the client leaves before all of a complete answer has arrived", [ends(COMPLETED), leaves], CANCELLED],
  ["the client leaves in the moment in which the engine completes", [leaves, ends(COMPLETED)], CANCELLED],
  ["the engine refuses, and the client was told", [ends(ALL_FAILED), refuses, closes], ALL_FAILED],
  ["the engine refuses, and the client left meanwhile", [ends(ALL_FAILED), leaves], ALL_FAILED],
  ["a deadline or a drain behind the engine's back", [refuses, ends(CANCELLED), closes], { kind: "refused" }],
  ["a refusal after the engine completed", [ends(COMPLETED), refuses, closes], { kind: "refused" }],
  ["a fault of the writer ends the engine's reader", [breaks, ends(CANCELLED), closes], { kind: "fault" }],
  ["a fault after the engine completed", [ends(COMPLETED), breaks, leaves], { kind: "fault" }],
  ["a fault keeps a refusal from being told", [refuses, ends(CANCELLED), breaks, leaves], { kind: "fault" }],
  ["what breaks when the client has left is no fault", [leaves, breaks, ends(CANCELLED)], CANCELLED],
];

describe("a call that reached the engine", () => {
  test.each(ORDERS)("%s: one record", (_name, steps, ending) => {
    const { trail, records } = follow();
    const end = trail.began(["a", "b"]);
    for (const step of steps) step(trail, end);
    expect(records).toMatchObject([{ routes: ["a", "b"], ending, run: { cost: { microUsd: 7n } } }]);
  });

  test("has no record before both have ended", () => {
    const { trail, records } = follow();
    const end = trail.began(["a"]);
    trail.closed(true);
    expect(records).toEqual([]);
    end(makeRun(CANCELLED));
    expect(records).toHaveLength(1);
  });

  test("has no second record when it is told twice of an end", () => {
    const { trail, records } = follow();
    const end = trail.began(["a"]);
    end(makeRun(COMPLETED));
    trail.closed(false);
    end(makeRun(CANCELLED));
    trail.closed(true);
    expect(records).toMatchObject([{ ending: COMPLETED }]);
  });
});

describe("a call that never reached the engine", () => {
  test("was answered if nothing else is known", () => {
    const { trail, records } = follow();
    trail.closed(false);
    expect(records).toMatchObject([{ ending: { kind: "answered" }, routes: [], run: undefined, workload: "" }]);
  });

  test("was refused for the first reason that the client was told", () => {
    const { trail, records } = follow();
    trail.refused(DRAINING);
    trail.refused(INTERNAL);
    trail.closed(true);
    expect(records).toMatchObject([{ ending: { kind: "refused", ...DRAINING } }]);
  });

  test("was broken by the first fault, whose message stays out of the record", () => {
    const { trail, records } = follow();
    trail.faulted(new RangeError("the prompt\n    at secret (file.ts:1:2)"));
    trail.faulted(new TypeError("later"));
    trail.closed(false);
    expect(records).toMatchObject([{ ending: { kind: "fault", fault: "RangeError" } }]);
    expect(JSON.stringify(records)).not.toMatch(/prompt|secret/);
  });

  test("has its caller, marks and times", () => {
    const beforeMs = Date.now();
    const { trail, records } = follow();
    trail.admitted({ name: "intern", scope: undefined });
    trail.asked({ workload: "summaries", labels: { team: "search" } });
    trail.closed(true);
    const [record] = records;
    expect(record).toMatchObject({
      requestId: "call-1",
      door: "grpc",
      method: "Complete",
      caller: "intern",
      workload: "summaries",
      labels: { team: "search" },
      ending: CANCELLED,
    });
    expect(record?.durationMs).toBeGreaterThanOrEqual(0);
    expect(record?.startTimeMs).toBeGreaterThanOrEqual(beforeMs);
  });
});
