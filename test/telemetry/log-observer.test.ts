import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { RouteSwitchedSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import {
  AttemptOutcome,
  AttemptSchema,
  CostSchema,
  CostSource,
  ErrorReason,
  SkipSchema,
  UsageSchema,
} from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { CallEnding, CallRun } from "../../src/call/call-record.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createLogObserver } from "../../src/telemetry/log-observer.ts";
import { makeRecord } from "../call/make-record.ts";

type Observer = ReturnType<typeof createLogObserver>;

/** Pino's numbers. */
const LEVELS: Readonly<Record<number, string>> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/** The lines that `tell` makes, with their level as a word and without their time. */
function linesOf(tell: (observer: Observer) => void, level = "debug", shownLabels: readonly string[] = []): object[] {
  const lines: string[] = [];
  const log = createLog(level, { write: (line) => void lines.push(line) });
  tell(createLogObserver(log, () => shownLabels));
  return lines.map((line) => {
    const { level: number, time: _time, ...fields } = JSON.parse(line);
    return { level: LEVELS[number], ...fields };
  });
}

const COMPLETED: CallEnding = { kind: "completed", finishReason: FinishReason.LENGTH };
const ALL_FAILED: CallEnding = {
  kind: "refused",
  reason: ErrorReason.ALL_ROUTES_FAILED,
  message: "every route was tried",
};
const INVALID: CallEnding = { kind: "refused", reason: ErrorReason.INVALID_REQUEST, message: "messages[0].text" };

function makeRun(ending: CallEnding): CallRun {
  const attempts = [
    create(AttemptSchema, {
      route: "a",
      outcome: AttemptOutcome.RATE_LIMITED,
      message: "rate limited for 30 s",
      upstreamStatus: 429,
      upstreamRequestId: "up-1",
      duration: { nanos: 5_000_000 },
    }),
    create(AttemptSchema, { route: "b", outcome: AttemptOutcome.COMPLETED, deliveredBytes: 12n }),
  ];
  return {
    attempts,
    skips: [create(SkipSchema, { route: "c", reason: SkipReason.BREAKER_OPEN })],
    switches: [create(RouteSwitchedSchema, { from: "a", to: "b" })],
    usage: create(UsageSchema, { inputTokens: 10n, outputTokens: 5n }),
    cost: create(CostSchema, { source: CostSource.ESTIMATED, microUsd: 120n }),
    deliveredBytes: 12,
    ending,
  };
}

describe("a call", () => {
  test("shows no label that was not chosen, because it may be about a person", () => {
    const record = makeRecord({ labels: { user: "ada@example.com" } });
    expect(JSON.stringify(linesOf((observer) => observer.callEnded?.(record)))).not.toContain("ada");
  });

  test("has one line with who, what, and how it went", () => {
    const record = makeRecord({
      caller: "intern",
      workload: "summaries",
      labels: { team: "search", user: "ada@example.com" },
      routes: ["a", "b"],
      run: makeRun(COMPLETED),
      ending: COMPLETED,
    });
    expect(linesOf((observer) => observer.callEnded?.(record), "info", ["team", "tier"])).toEqual([
      {
        level: "info",
        msg: "call ended",
        requestId: "call-1",
        door: "grpc",
        method: "StreamComplete",
        caller: "intern",
        workload: "summaries",
        labels: { team: "search" },
        outcome: "completed",
        finishReason: "length",
        attempts: [
          {
            route: "a",
            outcome: "rate_limited",
            cause: "rate limited for 30 s",
            upstreamStatus: 429,
            upstreamRequestId: "up-1",
            durationMs: 5,
            deliveredBytes: 0,
          },
          { route: "b", outcome: "completed", deliveredBytes: 12 },
        ],
        skips: ["c breaker_open"],
        switchCount: 1,
        deliveredBytes: 12,
        inputTokens: 10,
        outputTokens: 5,
        costMicroUsd: 120,
        durationMs: 2,
      },
    ]);
  });

  test("that was refused at the door has a line with the cause, and nothing that is not known", () => {
    expect(linesOf((observer) => observer.callEnded?.(makeRecord()))).toEqual([
      {
        level: "info",
        msg: "call refused at the door",
        requestId: "call-1",
        door: "grpc",
        method: "StreamComplete",
        outcome: "caller_unknown",
        cause: "the call has no key",
        durationMs: 2,
      },
    ]);
  });

  test.each<[string, CallEnding, boolean, string, string]>([
    ["completed", COMPLETED, true, "info", "call ended"],
    ["cancelled", { kind: "cancelled" }, true, "info", "call ended"],
    ["cancelled before it was read", { kind: "cancelled" }, false, "info", "call ended"],
    ["invalid", INVALID, false, "info", "call refused at the door"],
    ["refused because every route failed", ALL_FAILED, true, "warn", "call ended"],
    [
      "broken by a fault",
      { kind: "fault", fault: "RangeError", at: ["at x"] },
      true,
      "error",
      "call failed by a fault",
    ],
    ["answered, but no completion", { kind: "answered" }, false, "debug", "call ended"],
  ])("that was %s has its level", (_name, ending, ran, level, msg) => {
    const record = makeRecord({ ending, run: ran ? makeRun(ending) : undefined });
    expect(linesOf((observer) => observer.callEnded?.(record))).toMatchObject([{ level, msg }]);
  });

  test("of a comparison is for debugging, since those fail on purpose; a fault is not", () => {
    const fault: CallEnding = { kind: "fault", fault: "RangeError", at: [] };
    const lines = linesOf((observer) => {
      for (const ending of [ALL_FAILED, fault]) {
        observer.callEnded?.(makeRecord({ door: "comparison", run: makeRun(ending), ending }));
      }
    });
    expect(lines).toMatchObject([{ level: "debug" }, { level: "error" }]);
  });

  test("that reached a route does not repeat the sentence of its refusal: the attempts say it", () => {
    const record = makeRecord({ run: makeRun(ALL_FAILED), ending: ALL_FAILED });
    expect(JSON.stringify(linesOf((observer) => observer.callEnded?.(record)))).not.toContain("every route was tried");
  });
});

test.each([
  ["open", "warn"],
  ["cooling_down", "warn"],
  ["disabled", "warn"],
  ["isolated", "warn"],
  ["probing", "info"],
  ["available", "info"],
  ["full", "info"],
])("a route that is %s has one line", (to, level) => {
  const change = { route: "a", from: "available", to, cause: "3 failures in a row", untilMs: 0 };
  const line = { route: "a", from: "available", to, cause: "3 failures in a row", until: "1970-01-01T00:00:00.000Z" };
  const msg = `route is ${to.replaceAll("_", " ")}`;
  expect(linesOf((observer) => observer.routeChanged?.(change))).toEqual([{ level, msg, ...line }]);
});

test("a route that is available again has neither cause nor end", () => {
  const change = { route: "a", from: "probing", to: "available", cause: "", untilMs: undefined };
  expect(linesOf((observer) => observer.routeChanged?.(change))).toEqual([
    { level: "info", msg: "route is available", route: "a", from: "probing", to: "available" },
  ]);
});

test("an operator's act has one line", () => {
  const act = { act: "isolate", caller: "ops", requestId: "call-1", what: ["a"], reason: "maintenance" } as const;
  expect(linesOf((observer) => observer.operatorActed?.(act))).toEqual([
    { level: "warn", msg: "operator: isolate", ...act },
  ]);
});
