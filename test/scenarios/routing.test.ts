import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/ts/google/rpc/error_details_pb.ts";
import { Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { Request, Told } from "./clients/scenario-client.ts";
import { expectStream } from "./expect-told.ts";
import type { WorkloadSetup } from "./make-config.ts";
import type { Expected } from "./scenario.ts";
import { ask, expectWell, type Stage, startStage } from "./stage.ts";

const OPENAI = "openai-chat";
const ANTHROPIC = "anthropic-messages";

/** One broken and one healthy route for each test, by the test's own name. */
function broken(name: string, faults: string): WorkloadSetup {
  return {
    name,
    routes: [{ dialect: OPENAI, faults }, { dialect: ANTHROPIC }, { dialect: OPENAI }],
  };
}

interface Routed extends Expected {
  readonly name: string;
  readonly workload?: string;
  readonly routing: NonNullable<Request["routing"]>;
}

/** Requests that every server takes which lets requests name configured routes. */
const routed: readonly Routed[] = [
  {
    name: "routes without a workload",
    workload: "",
    routing: { primary: "a.primary", backups: ["a.third"], policy: { stallTimeout: durationFromMs(800) } },
    attempts: ["primary STALLED 200 delivers", "third COMPLETED 200 delivers"],
    switches: ["primary third STALLED CONTINUED"],
  },
  {
    name: "backups in place of the workload's",
    workload: "b",
    routing: { backups: ["b.third"] },
    attempts: ["primary FAILED 200 delivers", "third COMPLETED 200 delivers"],
    switches: ["primary third FAILED CONTINUED"],
  },
  {
    name: "a primary alone, which leaves no backup",
    workload: "c",
    routing: { primary: "c.primary" },
    attempts: ["primary FAILED 200 delivers"],
    refused: "ABORTED ANSWER_INTERRUPTED",
    text: "beginning",
  },
  {
    name: "a limit of the policy, which leaves the workload's others",
    workload: "d",
    routing: { policy: { stallTimeout: durationFromMs(800) } },
    attempts: ["primary STALLED 200 delivers", "backup COMPLETED 200 delivers"],
    switches: ["primary backup STALLED CONTINUED"],
  },
  {
    name: "a policy that never switches",
    workload: "e",
    routing: { policy: { switch: Switch.NEVER } },
    attempts: ["primary FAILED 200 delivers"],
    skips: ["backup NOT_REACHED", "third NOT_REACHED"],
    refused: "ABORTED ANSWER_INTERRUPTED",
    text: "beginning",
  },
  {
    name: "a policy of one attempt",
    workload: "f",
    routing: { policy: { maxAttempts: 1 } },
    attempts: ["primary FAILED 500"],
    skips: ["backup NOT_REACHED", "third NOT_REACHED"],
    refused: "UNAVAILABLE ALL_ROUTES_FAILED",
    retryS: [0.9, 60],
  },
];

const workloads: readonly WorkloadSetup[] = [
  broken("a", "stall=30"),
  broken("b", "cut=30"),
  broken("c", "cut=30"),
  broken("d", "stall=30"),
  broken("e", "cut=30"),
  broken("f", "status=500"),
];

function expectRefused({ error }: Told, code: Code, reason: string, message: RegExp): void {
  expect(error?.findDetails(ErrorInfoSchema)).toMatchObject([{ reason }]);
  expect(error?.code).toBe(code);
  expect(error?.rawMessage).toMatch(message);
}

describe("by default", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(createGrpcJsClient, workloads);
  });
  afterAll(() => stage?.close());

  test.each(routed)("a request may bring $name", async ({ workload = "", routing, ...expected }) => {
    expectStream(await stage.client.stream(ask(workload, { routing })), expected);
  });

  test.each([
    ["as the primary", { primary: `${OPENAI}/allowed-a` }],
    ["as a backup", { backups: [`${OPENAI}/allowed-a`] }],
  ])("a provider's model %s is not allowed", async (_, routing) => {
    const told = await stage.client.stream(ask("a", { routing }));
    expectRefused(told, Code.PermissionDenied, "NOT_ALLOWED", /openai-chat\/allowed-a.*request_routing/u);
  });

  test("the gateway is well after all that", () => expectWell(stage));
});

describe("with request_routing: any", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(createGrpcJsClient, [], { request_routing: "any" });
  });
  afterAll(() => stage?.close());

  test("a request may name models that their providers allow, and they back each other up", async () => {
    const routing = {
      primary: `${ANTHROPIC}/allowed-a+cut=30`,
      backups: [`${OPENAI}/allowed-b+stall=30`, `${ANTHROPIC}/allowed/c`],
      policy: { stallTimeout: durationFromMs(800) },
    };
    const refused = await stage.client.stream(ask("", { routing }));
    expectRefused(refused, Code.PermissionDenied, "NOT_ALLOWED", /does not allow model allowed\/c/u);
    const backups = [`${OPENAI}/allowed-b+stall=30`, `${ANTHROPIC}/allowed-c/d`];
    const told = await stage.client.stream(ask("", { routing: { ...routing, backups } }));
    expect(told.error).toBeUndefined();
    expectStream(told, {
      attempts: [
        `${ANTHROPIC}/allowed-a+cut=30 FAILED 200 delivers`,
        `${OPENAI}/allowed-b+stall=30 STALLED 200 delivers`,
        `${ANTHROPIC}/allowed-c/d COMPLETED 200 delivers`,
      ],
      switches: [
        `${ANTHROPIC}/allowed-a+cut=30 ${OPENAI}/allowed-b+stall=30 FAILED CONTINUED`,
        `${OPENAI}/allowed-b+stall=30 ${ANTHROPIC}/allowed-c/d STALLED CONTINUED`,
      ],
    });
  });

  test.each([
    ["a model that its provider does not allow", `${OPENAI}/other`, Code.PermissionDenied, "NOT_ALLOWED"],
    ["an unknown provider", "nobody/allowed-a", Code.NotFound, "PROVIDER_NOT_FOUND"],
    ["an unknown route", "nobody", Code.NotFound, "ROUTE_NOT_FOUND"],
  ] as const)("%s is refused", async (_, primary, code, reason) => {
    expectRefused(await stage.client.stream(ask("", { routing: { primary } })), code, reason, /./u);
  });

  test("the gateway is well after all that", () => expectWell(stage));
});

describe("with request_routing: none", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(createGrpcJsClient, [broken("a", "cut=30")], { request_routing: "none" });
  });
  afterAll(() => stage?.close());

  test.each([
    ["a primary", { primary: "a.third" }],
    ["backups", { backups: ["a.third"] }],
    ["a policy", { policy: { maxAttempts: 1 } }],
  ])("%s of a request is not allowed", async (_, routing) => {
    const told = await stage.client.stream(ask("a", { routing }));
    expectRefused(told, Code.PermissionDenied, "NOT_ALLOWED", /routing/u);
  });

  test("the gateway is well after all that", () => expectWell(stage));
});
