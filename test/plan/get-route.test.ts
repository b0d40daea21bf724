import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { CallRefused, type Refusal } from "../../src/call/refusal.ts";
import { getRoute } from "../../src/plan/get-route.ts";
import type { ProtectedRoute } from "../../src/route/protected-route.ts";
import type { FoundRoute } from "../../src/route/route-set.ts";
import { standbyRoute } from "../route/standby-route.ts";

const names = Array.from({ length: 12 }, (_, index) => `route-${index + 1}`);
const config = create(ConfigSchema, {
  providers: { local: { allowModels: ["llama-*", "qwen"] } },
  routes: Object.fromEntries(names.map((name) => [name, { provider: "local", model: "m" }])),
});

/** Routes of which the first is there, and `local/qwen`. */
function find(name: string, missing: Exclude<FoundRoute, ProtectedRoute> = "none") {
  const known = ["route-1", "local/qwen"].includes(name);
  const route = known ? standbyRoute({ name }) : undefined;
  try {
    return getRoute(config, { find: () => route ?? missing }, name).name;
  } finally {
    route?.dispose();
  }
}

function refusalOf(name: string, missing?: Exclude<FoundRoute, ProtectedRoute>): Refusal | undefined {
  try {
    find(name, missing);
  } catch (error) {
    if (error instanceof CallRefused) return error.refusal;
  }
  return undefined;
}

test.each(["route-1", "local/qwen"])("finds %s", (name) => {
  expect(find(name)).toBe(name);
});

test.each([
  ["nobody/m", ErrorReason.PROVIDER_NOT_FOUND, "provider nobody is not configured"],
  ["/m", ErrorReason.PROVIDER_NOT_FOUND, "provider  is not configured"],
  ["local/gpt/4", ErrorReason.NOT_ALLOWED, "provider local does not allow model gpt/4: add it to its allow_models"],
  [
    "local/a-llama-3",
    ErrorReason.NOT_ALLOWED,
    "provider local does not allow model a-llama-3: add it to its allow_models",
  ],
  [
    "route-99",
    ErrorReason.ROUTE_NOT_FOUND,
    `route route-99 is not configured; there are: ${names.slice(0, 10).join(", ")}`,
  ],
  ["local/llama-3", ErrorReason.AT_CAPACITY, "route local/llama-3 has no place: too many routes on demand are in use"],
  ["route-2", ErrorReason.AT_CAPACITY, "route route-2 has no place: too many routes on demand are in use"],
])("says why there is no %s", (name, reason, message) => {
  expect(refusalOf(name)).toEqual({ reason, message });
});

test("says how many routes on demand a caller may have", () => {
  expect(refusalOf("local/llama-3", "no-place-of-caller")).toMatchObject({
    reason: ErrorReason.CALLER_LIMIT,
    message:
      "route local/llama-3 has no place: running calls of the caller use 64 routes on demand, as many as one caller may; " +
      "wait for some to end, or configure routes",
  });
});
