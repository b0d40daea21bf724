import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CallerSchema, ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { mayUseRoute, mayUseWorkload } from "../../src/call/caller-scope.ts";
import { resolveCallerScope } from "../../src/config/resolve-caller-scope.ts";

const config = create(ConfigSchema, {
  workloads: { cheap: { primary: "small", backups: ["spare"] }, legal: { primary: "other" } },
});

function callerWith(limits: MessageInitShape<typeof CallerSchema>) {
  return { name: "app", scope: resolveCallerScope(config, create(CallerSchema, limits)) };
}

test.each([
  ["no limits", {}, ["cheap", "legal"], ["small", "spare", "other", "local/llama", "azure/gpt"]],
  ["a workload", { workloads: ["cheap"] }, ["cheap"], ["small", "spare"]],
  ["a route alone", { routes: ["other"] }, [], ["other"]],
  ["a workload and a route", { workloads: ["cheap"], routes: ["other"] }, ["cheap"], ["small", "spare", "other"]],
  ["the models of a provider", { routes: ["local/*"] }, [], ["local/llama"]],
  ["one model", { routes: ["azure/gpt"] }, [], ["azure/gpt"]],
])("a caller with %s", (_, limits, workloads, routes) => {
  const caller = callerWith(limits);
  expect(["cheap", "legal"].filter((name) => mayUseWorkload(caller, name))).toEqual(workloads);
  const all = ["small", "spare", "other", "local/llama", "azure/gpt"];
  expect(all.filter((name) => mayUseRoute(caller, name))).toEqual(routes);
});

test("where no callers are configured, anybody may use everything", () => {
  expect([mayUseWorkload(undefined, "legal"), mayUseRoute(undefined, "other")]).toEqual([true, true]);
});
