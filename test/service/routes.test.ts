import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { afterEach, describe, expect, test } from "vitest";
import { RequestRouting, RequireApproval, WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import {
  RouteApproval_State as ApprovalState,
  Availability_State as AvailabilityState,
  ExplainRequestRequestSchema,
  IsolateRouteRequestSchema,
  ListRoutesRequestSchema,
  ListWorkloadsRequestSchema,
  RestoreRouteRequestSchema,
  WatchRoutesRequestSchema,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { PolicySchema, SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { OperatorAct } from "../../src/call/call-observer.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { makeApprovals } from "../../src/plan/approvals.ts";
import type { PlanSettings } from "../../src/plan/make-plan.ts";
import { createRouteTable, type RouteTable } from "../../src/route/route-table.ts";
import { createRoutes } from "../../src/service/routes.ts";
import { standbyRoute } from "../route/standby-route.ts";
import { limitedTo, makeContext } from "./call-context.ts";

let table: RouteTable | undefined;
afterEach(() => table?.dispose());

const context = makeContext();
let acts: OperatorAct[] = [];

/** The service over routes of these names, each the primary of a workload of its own name. */
function serve(...names: string[]) {
  const workloads = names.map((name) => [name, { primary: name, backups: [] }]);
  return serveWorkloads(names, Object.fromEntries(workloads));
}

/** The service over these routes and workloads. Nothing is approved. */
function serveWorkloads(
  names: readonly string[],
  routings: Readonly<Record<string, { readonly primary: string; readonly backups: string[] }>>,
  required: RequireApproval = RequireApproval.ENFORCE,
) {
  table = createRouteTable();
  acts = [];
  const routes = table.load({
    configured: new Map(
      names.map((name) => [name, { fingerprint: name, make: (listeners) => standbyRoute({ name, ...listeners }) }]),
    ),
    onDemand: () => undefined,
  });
  const policy = create(PolicySchema, { stallTimeout: durationFromMs(9_000) });
  const workloads = Object.fromEntries(
    Object.entries(routings).map(([name, routing]) => [name, create(WorkloadSchema, { ...routing, policy })]),
  );
  const found = {
    find: (name: string) => {
      const route = routes.find(name)?.route;
      if (route !== undefined) return route;
      throw new CallRefused({ reason: ErrorReason.ROUTE_NOT_FOUND, message: "no such route" });
    },
    release: () => {},
  };
  const settings: PlanSettings = {
    workloads,
    requestRouting: RequestRouting.CONFIGURED,
    maxTotalTimeoutMs: 3_600_000,
    continuationInstruction: "Go on.",
    pinRoutes: () => found,
    lookAtRoutes: () => found,
    approvals: makeApprovals({ required, workloads, granted: [], shapeOf: () => undefined }),
  };
  return createRoutes(settings, table, { operatorActed: (act) => void acts.push(act) }, new AbortController().signal);
}

function reasonOf(act: () => unknown): ErrorReason | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof CallRefused) return error.refusal.reason;
  }
  return undefined;
}

test.each([
  ["a workload", "poems", "workload"],
  ["a workload before a route of its name", "a", "workload"],
  ["a route", "b", "route"],
  ["a model of a provider, allowed or not", "azure/gpt", "route"],
  ["nothing", "c", undefined],
  ["nothing, though every object has it", "constructor", undefined],
])("a name means %s", (_, name, kind) => {
  const routes = serveWorkloads(["a", "b"], { a: { primary: "a", backups: [] }, poems: { primary: "a", backups: [] } });
  expect(routes.kindOf(name, context)).toBe(kind);
});

test("a name means nothing to a caller that may not use it", () => {
  const routes = serveWorkloads(["a", "b"], { poems: { primary: "a", backups: [] } });
  const limited = makeContext({ caller: limitedTo([], ["a"], ["azure/"]) });
  const kinds = ["poems", "a", "b", "azure/gpt", "local/gpt"].map((name) => routes.kindOf(name, limited));
  expect(kinds).toEqual([undefined, "route", undefined, "route", undefined]);
});

test("the model of a route is known without listing, and on demand without making the route", () => {
  const routes = serve("a");
  const [described] = routes.listRoutes(create(ListRoutesRequestSchema), context).routes;
  expect(routes.modelOf("a")).toBe(described?.model);
  expect(routes.modelOf("azure/gpt/5")).toBe("gpt/5");
  expect(routes.modelOf("gone")).toBe("gone");
  expect(table?.list()).toHaveLength(1);
});

describe("pages", () => {
  test("follow each other without gaps or repeats", () => {
    const routes = serve("a", "b", "c", "d", "e");
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = routes.listRoutes(create(ListRoutesRequestSchema, { pageSize: 2, pageToken }), context);
      seen.push(...page.routes.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  test.each([
    ["a token of its own making", { pageToken: "abc" }],
    ["a negative size", { pageSize: -1 }],
    ["a size above 1,000", { pageSize: 1_001 }],
  ])("refuse %s", (_, request) => {
    const routes = serve("a");
    expect(reasonOf(() => routes.listRoutes(create(ListRoutesRequestSchema, request), context))).toBe(
      ErrorReason.INVALID_REQUEST,
    );
  });
});

test("a workload shows its rules with every default filled in", () => {
  const [workload] = serve("a").listWorkloads(create(ListWorkloadsRequestSchema), context).workloads;
  const policy = workload?.routing?.policy;
  expect(policy?.stallTimeout && durationMs(policy.stallTimeout)).toBe(9_000);
  expect(policy?.stallSuspect && durationMs(policy.stallSuspect)).toBe(3_000);
  expect(policy?.maxAttempts).toBe(3);
});

describe("a backup that nobody approved", () => {
  const missing = { workload: "w", route: "b", state: ApprovalState.MISSING };

  test("is shown with its workload and with its route", () => {
    const routes = serveWorkloads(["a", "b"], { w: { primary: "a", backups: ["b"] } });
    expect(routes.listWorkloads(create(ListWorkloadsRequestSchema), context).workloads[0]?.approvals).toMatchObject([
      missing,
    ]);
    const shown = routes.listRoutes(create(ListRoutesRequestSchema), context).routes;
    expect(shown.map(({ approvals }) => approvals)).toMatchObject([[], [missing]]);
  });

  test.each([
    ["would be passed over where approval is enforced", RequireApproval.ENFORCE, SkipReason.NOT_APPROVED],
    ["would be used where approval is only asked for", RequireApproval.WARN, SkipReason.UNSPECIFIED],
    ["would be used where approval is off", RequireApproval.OFF, SkipReason.UNSPECIFIED],
  ])("%s", (_, required, skipReason) => {
    const routes = serveWorkloads(["a", "b"], { w: { primary: "a", backups: ["b"] } }, required);
    const request = create(CompleteRequestSchema, { workload: "w", messages: [{ role: Role.USER, text: "Hello." }] });
    const explained = routes.explainRequest(create(ExplainRequestRequestSchema, { request }), context).routes;
    expect(explained.map((route) => route.skipReason)).toEqual([SkipReason.UNSPECIFIED, skipReason]);
  });

  test.each([
    [
      "a backup of the request's own",
      { primary: "a", backups: ["c"] },
      [SkipReason.UNSPECIFIED, SkipReason.NOT_APPROVED],
    ],
    [
      "the workload's primary behind another",
      { primary: "b", backups: ["a"] },
      [SkipReason.NOT_APPROVED, SkipReason.UNSPECIFIED],
    ],
    ["a primary of the request's own", { primary: "c" }, [SkipReason.NOT_APPROVED]],
  ])("is looked for with %s too", (_, routing, skipReasons) => {
    const routes = serveWorkloads(["a", "b", "c"], { w: { primary: "a", backups: ["b"] } });
    const messages = [{ role: Role.USER, text: "Hello." }];
    const request = create(CompleteRequestSchema, { workload: "w", messages, routing });
    const explained = routes.explainRequest(create(ExplainRequestRequestSchema, { request }), context).routes;
    expect(explained.map((route) => route.skipReason)).toEqual(skipReasons);
  });
});

describe("an isolated route", () => {
  test("is shown and passed over until it is restored", () => {
    const routes = serve("a");
    const request = create(CompleteRequestSchema, { workload: "a", messages: [{ role: Role.USER, text: "Hello." }] });
    const explain = () => routes.explainRequest(create(ExplainRequestRequestSchema, { request }), context).routes[0];
    expect(explain()?.skipReason).toBe(SkipReason.UNSPECIFIED);
    const isolated = routes.isolateRoute(create(IsolateRouteRequestSchema, { route: "a", reason: "drill" }), context);
    expect(isolated.route?.availability?.state).toBe(AvailabilityState.ISOLATED);
    expect(explain()).toMatchObject({ skipReason: SkipReason.ISOLATED });
    const restored = routes.restoreRoute(create(RestoreRouteRequestSchema, { route: "a" }), context);
    expect(restored.route?.availability?.state).toBe(AvailabilityState.AVAILABLE);
    expect(explain()?.skipReason).toBe(SkipReason.UNSPECIFIED);
  });

  test.each([
    ["no such route", { route: "b" }, ErrorReason.ROUTE_NOT_FOUND],
    ["no time", { route: "a", duration: durationFromMs(0) }, ErrorReason.INVALID_REQUEST],
    ["a long reason", { route: "a", reason: "x".repeat(257) }, ErrorReason.INVALID_REQUEST],
  ])("cannot be had with %s", (_, request, reason) => {
    const routes = serve("a");
    expect(reasonOf(() => routes.isolateRoute(create(IsolateRouteRequestSchema, request), context))).toBe(reason);
  });
});

test("an operator's acts are told, with who and why", () => {
  const routes = serve("a");
  const operator = makeContext({ caller: { name: "boss", scope: undefined } });
  routes.isolateRoute(create(IsolateRouteRequestSchema, { route: "a", reason: "drill" }), operator);
  routes.restoreRoute(create(RestoreRouteRequestSchema, { route: "a" }), operator);
  const by = { caller: "boss", requestId: "call-1", what: ["a"] };
  expect(acts).toEqual([
    { act: "isolate", reason: "drill", ...by },
    { act: "restore", reason: "", ...by },
  ]);
});

describe("a caller that is limited", () => {
  const routings = { cheap: { primary: "small", backups: ["spare"] }, legal: { primary: "other", backups: ["spare"] } };
  const serveBoth = () => serveWorkloads(["small", "spare", "other"], routings);
  const limited = makeContext({ caller: limitedTo(["cheap"], ["small", "spare"]) });

  test("sees its own workloads and routes alone, with no word of others", async () => {
    const routes = serveBoth();
    const workloads = routes.listWorkloads(create(ListWorkloadsRequestSchema), limited).workloads;
    const listed = routes.listRoutes(create(ListRoutesRequestSchema), limited).routes;
    expect(workloads.map(({ name }) => name)).toEqual(["cheap"]);
    expect(listed.map(({ name }) => name)).toEqual(["small", "spare"]);
    expect(listed[1]?.approvals.map(({ workload }) => workload)).toEqual(["cheap"]);
    for await (const news of routes.watchRoutes(create(WatchRoutesRequestSchema), limited)) {
      expect(news.routes.map(({ name }) => name)).toEqual(["small", "spare"]);
      break;
    }
    const watched = routes.watchRoutes(create(WatchRoutesRequestSchema, { routes: ["other"] }), limited);
    await expect(Array.fromAsync(watched)).rejects.toThrow("caller intern may not use route other");
  });

  test.each([
    ["another workload", { workload: "legal" }],
    ["another route as primary", { workload: "cheap", routing: { primary: "other" } }],
    ["another route as backup", { workload: "cheap", routing: { backups: ["other"] } }],
    ["another route without a workload", { routing: { primary: "other" } }],
    ["what does not exist, which looks the same", { workload: "cheap", routing: { primary: "nothing" } }],
  ])("may not ask for %s", (_, asked) => {
    const request = create(CompleteRequestSchema, { messages: [{ role: Role.USER, text: "Hello." }], ...asked });
    const explain = create(ExplainRequestRequestSchema, { request });
    expect(reasonOf(() => serveBoth().explainRequest(explain, limited))).toBe(ErrorReason.NOT_ALLOWED);
  });

  test.each([
    ["its workload", { workload: "cheap" }],
    ["its routes in another order", { workload: "cheap", routing: { primary: "small", backups: ["spare"] } }],
    ["a route without a workload", { routing: { primary: "spare" } }],
  ])("may ask for %s", (_, asked) => {
    const request = create(CompleteRequestSchema, { messages: [{ role: Role.USER, text: "Hello." }], ...asked });
    const explain = create(ExplainRequestRequestSchema, { request });
    expect(reasonOf(() => serveBoth().explainRequest(explain, limited))).toBeUndefined();
  });

  test("may not isolate or restore what others share", () => {
    const routes = serveBoth();
    const isolate = create(IsolateRouteRequestSchema, { route: "small" });
    expect(reasonOf(() => routes.isolateRoute(isolate, limited))).toBe(ErrorReason.NOT_ALLOWED);
    const restore = create(RestoreRouteRequestSchema, { route: "small" });
    expect(reasonOf(() => routes.restoreRoute(restore, limited))).toBe(ErrorReason.NOT_ALLOWED);
    expect(acts).toEqual([]);
  });
});

test("watching a route that does not exist fails", async () => {
  const watched = serve("a").watchRoutes(create(WatchRoutesRequestSchema, { routes: ["b"] }), context);
  await expect(Array.fromAsync(watched)).rejects.toThrow("route b does not exist");
});

test("explaining nothing is refused", () => {
  expect(reasonOf(() => serve("a").explainRequest(create(ExplainRequestRequestSchema), context))).toBe(
    ErrorReason.INVALID_REQUEST,
  );
});
