import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ConfigSchema, type WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import {
  Continuation,
  RouteSchema,
  RouteApproval_State as State,
} from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import type { Approvals, Standing } from "../../src/plan/approvals.ts";
import { describeWorkloads } from "../../src/plan/describe-workloads.ts";

const HOUR_MS = 3_600_000;
const NOT_REQUIRED: Standing = { state: State.NOT_REQUIRED, expiresAtMs: undefined, problem: undefined };
const END_MS = Date.UTC(2027, 1, 21, 9, 30);

interface Told {
  readonly standings?: Readonly<Record<string, Standing>>;
  readonly continuation?: Continuation;
  readonly maxTotalTimeoutMs?: number;
}

/** The lines for workloads whose routes are all alike. */
function tell(workloads: Record<string, MessageInitShape<typeof WorkloadSchema>>, told: Told = {}): string[] {
  const { standings = {}, continuation = Continuation.INSTRUCT, maxTotalTimeoutMs = HOUR_MS } = told;
  const of: Approvals["of"] = (workload, route) => standings[`${workload} ${route}`] ?? NOT_REQUIRED;
  const describe = (name: string) =>
    create(RouteSchema, {
      name,
      provider: "acme",
      platform: "azure",
      dialect: "openai-chat",
      model: `model-of-${name}`,
      capabilities: { continuation },
      availability: { maxConcurrency: 64 },
    });
  return describeWorkloads(create(ConfigSchema, { workloads }), describe, maxTotalTimeoutMs, { enforced: true, of });
}

test("writes a block for each workload: its routes in order, then its limits", () => {
  const workloads = { summaries: { primary: "a", backups: ["b", "c"] }, mails: { primary: "c" } };
  expect(tell(workloads)).toEqual([
    "summaries",
    "  1. a: model-of-a at acme (azure, openai-chat), continues by instruction, 64 at a time",
    "  2. b: model-of-b at acme (azure, openai-chat), continues by instruction, 64 at a time",
    "  3. c: model-of-c at acme (azure, openai-chat), continues by instruction, 64 at a time",
    expect.stringMatching(/^ {2}first token within /u),
    "mails",
    "  1. c: model-of-c at acme (azure, openai-chat), continues by instruction, 64 at a time",
    expect.stringMatching(/^ {2}first token within /u),
  ]);
});

test("tells the limits that rule", () => {
  const policy = {
    firstTokenTimeout: durationFromMs(1_500),
    stallTimeout: durationFromMs(2_500),
    totalTimeout: durationFromMs(90_000),
    maxAttempts: 7,
  };
  const limits = "first token within 1.5 s, no gap above 2.5 s, 7 attempts, 90 s in all";
  const own = (more: object) => tell({ w: { primary: "a", policy: { ...policy, ...more } } }).at(-1);
  expect(own({})).toBe(`  ${limits}, switches in the middle of an answer`);
  expect(own({ switch: Switch.NEVER })).toBe(`  ${limits}, does not switch after text`);
});

test("tells the server's limit of a whole call where that is shorter", () => {
  expect(tell({ w: { primary: "a" } }, { maxTotalTimeoutMs: 45_000 }).at(-1)).toContain(", 45 s in all, ");
});

test.each([
  [Continuation.PREFILL, "continues by prefill"],
  [Continuation.INSTRUCT, "continues by instruction"],
  [Continuation.NONE, "does not continue"],
  [Continuation.UNSPECIFIED, "does not continue"],
])("tells how a route goes on (%s)", (continuation, words) => {
  expect(tell({ w: { primary: "a" } }, { continuation })[1]).toContain(`), ${words}, `);
});

test.each([
  [State.APPROVED, END_MS, ", approved until 2027-02-21"],
  [State.STALE, END_MS, ", approval stale"],
  [State.EXPIRED, END_MS, ", approval ended 2027-02-21"],
  [State.MISSING, undefined, ", not approved"],
  [State.NOT_REQUIRED, undefined, " at a time"],
])("tells how a route stands with the workload (%s)", (state, expiresAtMs, end) => {
  const standings = { "w b": { state, expiresAtMs, problem: undefined } };
  const [, primary, backup] = tell({ w: { primary: "a", backups: ["b"] } }, { standings });
  expect(primary?.endsWith(" at a time")).toBe(true);
  expect(backup?.endsWith(end)).toBe(true);
});
