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
