import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CostSchema, CostSource, ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { CallRun } from "../../src/call/call-record.ts";
import type { Plan } from "../../src/call/plan.ts";
import { createEngine } from "../../src/failover/engine.ts";
import { pass } from "./pass.ts";
import { engine, failed, hangsAfter, plan, route, type ScriptedRoute, says } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Runs a call whose reader reads everything. Gives what its end was told, and what the reader failed with. */
function run(planned: Plan, signal = new AbortController().signal, onRun: (run: CallRun) => void = () => {}) {
  const runs: CallRun[] = [];
  const failures: unknown[] = [];
  const events = engine().run(planned, signal, (told) => {
    runs.push(told);
    onRun(told);
  });
  void (async () => {
    for await (const _ of events);
  })().catch((error: unknown) => failures.push(error));
  return { runs, failures };
}

/** A route whose every attempt costs 3 millionths of a dollar. */
function priced(name: string, scripts: Parameters<typeof route>[1]): ScriptedRoute {
  return Object.assign(route(name, scripts), {
    cost: () => create(CostSchema, { source: CostSource.ESTIMATED, microUsd: 3n }),
  });
}

/** A route whose prices fail. */
function misprices(name: string, scripts: Parameters<typeof route>[1]): ScriptedRoute {
  return Object.assign(route(name, scripts), {
    cost: () => {
      throw new RangeError("no such price");
    },
  });
}

test("tells once of a call that is complete, with every attempt", async () => {
  const { runs } = run(plan([priced("a", [[failed("server-error")]]), priced("b", [says("Hello.")])]));
  await pass(10_000);
  expect(runs).toMatchObject([
    { ending: { kind: "completed" }, deliveredBytes: 6, cost: { source: CostSource.ESTIMATED }, skips: [] },
  ]);
  expect(runs[0]?.attempts.at(-1)).toMatchObject({ route: "b" });
  expect(runs[0]?.switches).toMatchObject([{ from: "a", to: "b" }]);
});

test("tells once of a call that was refused", async () => {
  const { runs } = run(plan([priced("a", [[failed("server-error")]])]));
  await pass(60_000);
  expect(runs).toMatchObject([{ ending: { kind: "refused", reason: ErrorReason.ALL_ROUTES_FAILED } }]);
});

test("tells once of a call whose client went away in the middle of the text, with its cost", async () => {
  const client = new AbortController();
  const { runs } = run(plan([priced("a", [hangsAfter("Once ")])]), client.signal);
  await pass(100);
  client.abort();
  await pass(1);
  expect(runs).toMatchObject([{ ending: { kind: "cancelled" }, deliveredBytes: 5, cost: { microUsd: 3n } }]);
});

test("tells once of a call whose reader stopped reading", async () => {
  const runs: CallRun[] = [];
  const planned = plan([priced("a", [hangsAfter("Once ")])]);
  const events = engine().run(planned, new AbortController().signal, (told) => runs.push(told));
  await events.next();
  await events.return?.();
  await events.return?.();
  await pass(1);
  expect(runs).toMatchObject([{ ending: { kind: "cancelled" }, cost: { microUsd: 3n } }]);
});

test("tells once of a call that was cancelled before it began", async () => {
  const { runs } = run(plan([priced("a", [says("No.")])]), AbortSignal.abort());
  await pass(1);
  expect(runs).toMatchObject([{ ending: { kind: "cancelled" }, attempts: [] }]);
});

test("tells once of a call that failed by a fault of the engine, with what it cost", async () => {
  const runs: CallRun[] = [];
  const failures: unknown[] = [];
  const breaks = createEngine({
    random: () => {
      throw new TypeError("no chance");
    },
    checkSchema: async () => ({ kind: "fits" }),
  });
  const down = priced("a", [[failed("server-error")]]);
  const events = breaks.run(plan([down]), new AbortController().signal, (told) => runs.push(told));
  void (async () => {
    for await (const _ of events);
  })().catch((error: unknown) => failures.push(error));
  await pass(60_000);
  expect(runs).toMatchObject([{ ending: { kind: "fault", fault: "TypeError" }, attempts: [{ route: "a" }] }]);
  expect(failures).toMatchObject([{ refusal: { reason: ErrorReason.INTERNAL } }]);
});

test("tells once of a call that cannot be summed up: what can be is there, and the sums say that something is missing", async () => {
  const { runs, failures } = run(plan([priced("a", [[failed("unreachable")]]), misprices("b", [says("Hello.")])]));
  await pass(10_000);
  expect(runs).toMatchObject([
    { ending: { kind: "fault", fault: "RangeError" }, deliveredBytes: 6, cost: { source: CostSource.UNKNOWN } },
  ]);
  expect(new Set(runs[0]?.attempts.map((attempt) => attempt.route))).toEqual(new Set(["a"]));
  expect(failures).toMatchObject([{ refusal: { reason: ErrorReason.INTERNAL } }]);
});

test("tells once of a cancelled call that cannot be summed up", async () => {
  const client = new AbortController();
  const { runs } = run(plan([misprices("a", [hangsAfter("Once ")])]), client.signal);
  await pass(100);
  client.abort();
  await pass(1);
  expect(runs).toMatchObject([{ ending: { kind: "fault" }, attempts: [], cost: { source: CostSource.UNKNOWN } }]);
});

test.each([
  ["is complete", () => plan([priced("a", [says("Hello.")])])],
  ["was refused", () => plan([priced("a", [[failed("server-error")]])])],
  ["failed by a fault", () => plan([misprices("a", [says("Hello.")])])],
])("one who fails at being told changes nothing for a call that %s", async (_name, makePlan) => {
  const usual = run(makePlan());
  const told = run(makePlan(), undefined, () => {
    throw new Error("the disk is full");
  });
  await pass(60_000);
  expect(told.runs.map(({ ending }) => ending.kind)).toEqual(usual.runs.map(({ ending }) => ending.kind));
  expect(told.runs).toHaveLength(1);
  expect(told.failures.map(String)).toEqual(usual.failures.map(String));
});
