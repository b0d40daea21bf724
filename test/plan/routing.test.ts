import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { RequestRouting, WorkloadSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { RoutingSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused } from "../../src/call/refusal.ts";
import { resolveRouteNames } from "../../src/plan/routing.ts";

const workload = create(WorkloadSchema, { primary: "a", backups: ["b", "c"] });

describe("the routes of a call", () => {
  test.each([
    ["are the workload's", undefined, ["a", "b", "c"]],
    ["are the request's where it names a primary", { primary: "x" }, ["x"]],
    ["are the request's, backups included", { primary: "x", backups: ["y"] }, ["x", "y"]],
    ["keep the primary where the request names backups alone", { backups: ["y"] }, ["a", "y"]],
    ["are the workload's where the request has a policy alone", { policy: { maxAttempts: 2 } }, ["a", "b", "c"]],
  ])("%s", (_, routing, expected) => {
    const requested = routing === undefined ? undefined : create(RoutingSchema, routing);
    expect(resolveRouteNames({ workload, requested, allowed: RequestRouting.CONFIGURED })).toEqual(expected);
  });

  test.each([
    ["any routing where none is allowed", { primary: "x" }, RequestRouting.NONE],
    ["a model of a provider where configured routes are", { primary: "local/llama" }, RequestRouting.CONFIGURED],
    ["such a model as a backup", { backups: ["local/llama"] }, RequestRouting.UNSPECIFIED],
  ])("may not be %s", (_, routing, allowed) => {
    const requested = create(RoutingSchema, routing);
    expect(() => resolveRouteNames({ workload, requested, allowed })).toThrow(
      expect.objectContaining({
        refusal: expect.objectContaining({ reason: ErrorReason.NOT_ALLOWED }),
      }) satisfies CallRefused,
    );
  });

  test("may be a model of a provider where any is allowed", () => {
    const requested = create(RoutingSchema, { primary: "local/llama/3" });
    expect(resolveRouteNames({ workload, requested, allowed: RequestRouting.ANY })).toEqual(["local/llama/3"]);
  });
});

test.each([
  ["both that it names", { primary: "x", backups: ["y"] }, ["x", "y"]],
  ["none without a primary", { backups: ["y"] }, []],
  ["none if it names none", undefined, []],
])("the routes of a call without a workload are %s", (_, routing, expected) => {
  const requested = routing === undefined ? undefined : create(RoutingSchema, routing);
  expect(resolveRouteNames({ workload: undefined, requested, allowed: RequestRouting.CONFIGURED })).toEqual(expected);
});

test.each([
  [RequestRouting.NONE, "requests may not name routes here: leave `routing` out, or set `request_routing: configured`"],
  [
    RequestRouting.CONFIGURED,
    "requests may name configured routes only, not local/llama: the server's `request_routing` is `configured`",
  ],
])("a refusal says how to mend it (%s)", (allowed, message) => {
  const requested = create(RoutingSchema, { primary: "x", backups: ["local/llama"] });
  expect(() => resolveRouteNames({ workload, requested, allowed })).toThrow(message);
});

test("a workload's own routes may be models of a provider where a request's may not", () => {
  const own = create(WorkloadSchema, { primary: "local/llama", backups: ["b"] });
  const sources = { workload: own, allowed: RequestRouting.NONE };
  expect(resolveRouteNames({ ...sources, requested: undefined })).toEqual(["local/llama", "b"]);
});
