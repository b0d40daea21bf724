import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findRoute } from "../../src/config/route-reference.ts";

const config = create(ConfigSchema, {
  providers: {
    local: { allowModels: ["llama-*", "qwen", "org/coder-*"] },
    open: { allowModels: ["*"] },
    closed: {},
  },
  routes: { fast: { provider: "local", model: "llama-3" } },
});

test.each([
  ["local/llama-3", "llama-3"],
  ["local/llama-", "llama-"],
  ["local/llama-3/8b", "llama-3/8b"],
  ["local/qwen", "qwen"],
  ["local/org/coder-7b", "org/coder-7b"],
  ["open/anything/at all", "anything/at all"],
])("%s is the allowed model %s", (name, model) => {
  expect(findRoute(config, name)).toMatchObject({ kind: "provider-model", model });
});

test.each([
  ["a prefix in the middle", "local/codellama-3"],
  ["a prefix behind a slash", "local/other/llama-3"],
  ["a prefix in capitals", "local/LLAMA-3"],
  ["half a prefix", "local/llama"],
  ["more than a whole name", "local/qwen-72b"],
  ["a whole name inside another", "local/my-qwen"],
  ["a prefix without its folder", "local/coder-7b"],
  ["no model", "open/"],
  ["a provider that allows none", "closed/llama-3"],
])("%s is not allowed", (_, name) => {
  expect(findRoute(config, name)).toMatchObject({ kind: "model-not-allowed" });
});

test.each([
  ["fast", "configured"],
  ["slow", "unknown-route"],
  ["constructor", "unknown-route"],
  ["remote/llama-3", "unknown-provider"],
  ["constructor/llama-3", "unknown-provider"],
  ["/llama-3", "unknown-provider"],
])("%s is %s", (name, kind) => {
  expect(findRoute(config, name).kind).toBe(kind);
});
