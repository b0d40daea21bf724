import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConfigSchema, Dialect, Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { findSettings } from "../../src/plan/find-settings.ts";

const config = create(ConfigSchema, {
  providers: {
    local: {
      platform: Platform.COMPATIBLE,
      dialect: Dialect.OPENAI_CHAT,
      endpoint: "http://127.0.0.1:1/v1",
      allowModels: ["llama-*"],
    },
  },
  routes: {
    small: { provider: "local", model: "qwen3", capabilities: { images: false } },
    lost: { provider: "gone", model: "qwen3" },
  },
});

test("finds a configured route with what it declares", () => {
  expect(findSettings(config, "small")).toMatchObject({ model: "qwen3", capabilities: { images: false } });
});

test("finds an allowed model of a provider, without what any route declares", () => {
  expect(findSettings(config, "local/llama-3")).toMatchObject({ model: "llama-3", capabilities: { images: true } });
});

test.each(["other", "gone/llama-3", "local/qwen3", "lost"])("finds nothing for %s", (name) => {
  expect(findSettings(config, name)).toBeUndefined();
});
