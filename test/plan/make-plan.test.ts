import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  RequestRouting,
  RequireApproval,
  type Workload,
  WorkloadSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  type ResponseFormat,
  ResponseFormatSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { ContentFilter, Hedge, HoldBack, SkipReason, Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { makeApprovals } from "../../src/plan/approvals.ts";
import { type CallFacts, makePlan, type PlanSettings } from "../../src/plan/make-plan.ts";
import { type RouteTraits, route } from "../failover/stage.ts";

type Init = Exclude<MessageInitShape<typeof CompleteRequestSchema>, CompleteRequest>;
type WorkloadInit = Exclude<MessageInitShape<typeof WorkloadSchema>, Workload>;
type Format = NonNullable<Exclude<MessageInitShape<typeof ResponseFormatSchema>, ResponseFormat>["format"]>;

interface World {
  readonly workloads?: Readonly<Record<string, WorkloadInit>>;
  readonly traits?: Readonly<Record<string, RouteTraits>>;
  readonly required?: RequireApproval;
  readonly settings?: Partial<PlanSettings>;
  readonly call?: Partial<CallFacts>;
}

const HOUR_MS = 3_600_000;
const STORIES: WorkloadInit = { primary: "a", backups: ["b", "c"] };

/** Plans a call at the instant 1,000 of the workload `stories`, whose routes are `a`, `b` and `c`. */
function planFor(init: Init = {}, world: World = {}) {
  const workloads = Object.fromEntries(
    Object.entries(world.workloads ?? { stories: STORIES }).map(([name, each]) => [name, create(WorkloadSchema, each)]),
  );
  const routes = { find: (name: string) => route(name, [], world.traits?.[name]), release: () => {} };
  const settings: PlanSettings = {
    workloads,
    requestRouting: RequestRouting.CONFIGURED,
    maxTotalTimeoutMs: HOUR_MS,
    continuationInstruction: "Go on.",
    pinRoutes: () => routes,
    lookAtRoutes: () => routes,
    approvals: makeApprovals({
      required: world.required ?? RequireApproval.OFF,
      workloads,
      granted: [],
      shapeOf: () => undefined,
    }),
    ...world.settings,
  };
  const call: CallFacts = {
    requestId: "call-1",
    caller: "",
    routes,
    timeoutMs: undefined,
    nowMs: 1_000,
    unary: false,
    ...world.call,
  };
  return makePlan(create(CompleteRequestSchema, { workload: "stories", ...init }), settings, call);
}

/** Names of the planned routes, each with the reason to pass it over. */
function routesOf({ routes }: ReturnType<typeof planFor>) {
  return routes.map(({ route: { name }, unsupported }) => [name, unsupported?.reason]);
}

function withPolicy(policy: WorkloadInit["policy"]): World {
  return { workloads: { stories: policy === undefined ? STORIES : { ...STORIES, policy } } };
}

test("takes over what is known of the call", () => {
  const planned = planFor({ messages: [{ text: "a".repeat(35) }], resume: { deliveredText: "b".repeat(70) } });
  expect(planned).toMatchObject({
    requestId: "call-1",
    workload: "stories",
    request: { workload: "stories", resume: { deliveredText: "b".repeat(70) } },
    startedAtMs: 1_000,
    estimatedInputTokens: 30,
    resumedText: "b".repeat(70),
    continuationInstruction: "Go on.",
  });
  expect(planFor().resumedText).toBe("");
});

describe("the routes of a plan", () => {
  test("are the workload's in order, each with what it does not carry", () => {
    const traits = { b: { capabilities: { tools: false } } };
    expect(routesOf(planFor({ tools: [{ name: "look_up", schemaJson: "{}" }] }, { traits }))).toEqual([
      ["a", undefined],
      ["b", SkipReason.UNSUPPORTED],
      ["c", undefined],
    ]);
  });

  test("are measured by the request's estimated size", () => {
    const traits = { a: { capabilities: { contextWindowTokens: 10n } } };
    const sized = (characters: number) => planFor({ messages: [{ text: "a".repeat(characters) }] }, { traits });
    expect(routesOf(sized(52))[0]).toEqual(["a", undefined]);
    expect(sized(53).routes[0]?.unsupported).toMatchObject({ contextTooLong: true });
  });

  test("are the request's where it names some", () => {
    expect(routesOf(planFor({ routing: { primary: "c", backups: ["a"] } })).map(([name]) => name)).toEqual(["c", "a"]);
  });

  test("may not be named where the server says so", () => {
    const settings = { requestRouting: RequestRouting.NONE };
    expect(() => planFor({ routing: { primary: "c" } }, { settings })).toThrow("requests may not name routes here");
  });

  test("need an approval behind the first", () => {
    const planned = planFor({}, { required: RequireApproval.ENFORCE });
    expect(routesOf(planned)).toEqual([
      ["a", undefined],
      ["b", SkipReason.NOT_APPROVED],
      ["c", SkipReason.NOT_APPROVED],
    ]);
    expect(planned.routes[1]?.unsupported).toEqual({
      reason: SkipReason.NOT_APPROVED,
      message: "nobody has approved it for workload stories; compare it and run `understudy approve stories b`",
      contextTooLong: false,
    });
  });

  test("need no approval where a missing one is a warning", () => {
    expect(routesOf(planFor({}, { required: RequireApproval.WARN })).map(([, reason]) => reason)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("are told for want of an approval rather than for what they do not carry", () => {
    const traits = { b: { capabilities: { tools: false } } };
    const planned = planFor({ tools: [{ name: "look_up" }] }, { traits, required: RequireApproval.ENFORCE });
    expect(routesOf(planned)[1]).toEqual(["b", SkipReason.NOT_APPROVED]);
  });

  test("need no workload where the request names its own", () => {
    expect(routesOf(planFor({ workload: "", routing: { primary: "c" } }))).toEqual([["c", undefined]]);
  });
});

describe("an unknown workload", () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`w${index + 1}`, STORIES]));

  test.each<[string, Record<string, WorkloadInit>, string]>([
    ["other", { stories: STORIES }, "workload other is not configured; there are: stories"],
    ["other", {}, "workload other is not configured; there are: none"],
    ["other", many, "workload other is not configured; there are: w1, w2, w3, w4, w5, w6, w7, w8, w9, w10"],
    ["constructor", { stories: STORIES }, "workload constructor is not configured; there are: stories"],
  ])("is refused by name (%s)", (workload, workloads, message) => {
    const refusal = { reason: ErrorReason.WORKLOAD_NOT_FOUND, message };
    expect(() => planFor({ workload, routing: { primary: "a" } }, { workloads })).toThrow(
      expect.objectContaining({ refusal }) satisfies CallRefused,
    );
  });
});

describe("the deadline of a call", () => {
  test.each([
    ["is ten minutes where nobody says more", undefined, 600_000],
    ["comes 2 % before the client's own", 100_000, 98_000],
    ["comes 100 ms before it where that is more", 2_000, 1_900],
    ["comes just so much before it", 5_000, 4_900],
    ["leaves half of a short one", 120, 60],
    ["is the client's own also beyond ten minutes", 1_000_000, 980_000],
  ])("%s", (_, timeoutMs, lengthMs) => {
    expect(planFor({}, { call: { timeoutMs } }).deadlineAtMs).toBe(1_000 + lengthMs);
  });

  test.each([
    ["the policy's", 30_000, undefined, HOUR_MS, 30_000],
    ["the policy's before the client's", 30_000, 100_000, HOUR_MS, 30_000],
    ["the client's before the policy's", 30_000, 10_000, HOUR_MS, 9_800],
    ["the server's before all", 30_000, 10_000, 5_000, 5_000],
    ["the server's before the default", undefined, undefined, 5_000, 5_000],
  ])("is %s", (_, policyMs, timeoutMs, maxTotalTimeoutMs, lengthMs) => {
    const policy = policyMs === undefined ? {} : { totalTimeout: durationFromMs(policyMs) };
    const world = { ...withPolicy(policy), settings: { maxTotalTimeoutMs }, call: { timeoutMs } };
    expect(planFor({}, world).deadlineAtMs).toBe(1_000 + lengthMs);
  });
});

describe("the policy of a call", () => {
  const POLICY = {
    maxAttempts: 5,
    maxRetryWait: durationFromMs(7_000),
    switch: Switch.NEVER,
    holdBack: HoldBack.ANSWER,
    hedge: Hedge.BEFORE_FIRST_TOKEN,
    contentFilter: ContentFilter.FAIL_OVER,
    stallTimeout: durationFromMs(9_000),
  };
  const RULED = {
    maxAttempts: 5,
    maxRetryWaitMs: 7_000,
    switchesAfterText: false,
    holdsBackAnswer: true,
    hedges: true,
    reroutesContentFilter: true,
    routes: [{ limits: { text: { confirmMs: 9_000 } } }, {}, {}],
  };
  const UNRULED = {
    maxAttempts: 5, // three routes, and two more
    maxRetryWaitMs: 1_000,
    switchesAfterText: true,
    holdsBackAnswer: false,
    hedges: false,
    reroutesContentFilter: false,
    routes: [{ limits: { text: { confirmMs: 20_000 } } }, {}, {}],
  };

  test("has defaults", () => expect(planFor()).toMatchObject(UNRULED));
  test("is the workload's", () => expect(planFor({}, withPolicy(POLICY))).toMatchObject(RULED));
  test("is the request's", () => expect(planFor({ routing: { policy: POLICY } })).toMatchObject(RULED));

  test("is the request's before the workload's, field by field", () => {
    const routing = { policy: { maxAttempts: 2 } };
    expect(planFor({ routing }, withPolicy(POLICY))).toMatchObject({ ...RULED, maxAttempts: 2 });
  });

  test("holds an answer back that is wanted in one piece, whatever else it says", () => {
    const world = { ...withPolicy({ holdBack: HoldBack.NONE }), call: { unary: true } };
    expect(planFor({}, world).holdsBackAnswer).toBe(true);
  });
});

describe("the limits of a call depend on the request:", () => {
  const REASONING_MS = 90_000;
  const PLAIN_MS = 12_000;

  test.each<[string, NonNullable<Init["reasoning"]>, number]>([
    ["low effort", { effort: Effort.LOW }, REASONING_MS],
    ["high effort", { effort: Effort.HIGH }, REASONING_MS],
    ["seeing the reasoning", { include: true }, REASONING_MS],
    ["seeing it and low effort", { include: true, effort: Effort.LOW }, REASONING_MS],
    ["no effort", { effort: Effort.NONE }, PLAIN_MS],
    ["seeing what no effort gives", { include: true, effort: Effort.NONE }, PLAIN_MS],
    ["nothing", {}, PLAIN_MS],
  ])("%s", (_, reasoning, confirmMs) => {
    expect(planFor({ reasoning }).routes[0]?.limits.firstProgress.confirmMs).toBe(confirmMs);
  });

  test("a long conversation takes longer to read", () => {
    const messages = [{ text: "a".repeat(3.5 * 50_000) }];
    expect(planFor({ messages }).routes[0]?.limits.firstProgress.confirmMs).toBe(PLAIN_MS + 2_000);
  });

  test("declared tools make gaps in text longer", () => {
    expect(planFor({ tools: [{ name: "look_up" }] }).routes[0]?.limits.text.confirmMs).toBe(45_000);
  });

  test.each<[string, boolean, Format]>([
    ["a JSON object", true, { case: "jsonObject", value: {} }],
    ["an answer by schema", true, { case: "jsonSchema", value: {} }],
    ["text by name", false, { case: "text", value: {} }],
  ])("%s is held back: %s", (_, held, format) => {
    expect(planFor({ responseFormat: { format } }).holdsBackAnswer).toBe(held);
  });
});
