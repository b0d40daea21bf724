/** Settings of a route for tests, through the real resolution. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Dialect, Platform, ProviderSchema, RouteSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type RouteSettings, resolveSettings } from "../../src/provider/settings.ts";

type ProviderInit = MessageInitShape<typeof ProviderSchema>;
type RouteInit = MessageInitShape<typeof RouteSchema>;

/** A route of any provider. */
export function resolves(provider: ProviderInit, route: RouteInit = {}): RouteSettings {
  return resolveSettings("test", create(ProviderSchema, provider), create(RouteSchema, { model: "m", ...route }));
}

/** A route to Claude on its own platform. */
export function claudeRoute(route: RouteInit = {}, endpoint = "https://api.anthropic.com"): RouteSettings {
  return resolves({ platform: Platform.ANTHROPIC, endpoint, apiKey: "key" }, { model: "claude-sonnet-5", ...route });
}

/** A route to OpenAI's own platform. */
export function gptRoute(route: RouteInit = {}, endpoint = "https://api.openai.com/v1"): RouteSettings {
  return resolves({ platform: Platform.OPENAI, endpoint, apiKey: "key" }, { model: "gpt-4.1", ...route });
}

/** A route to a compatible server of the OpenAI dialect. */
export function compatibleRoute(route: RouteInit = {}): RouteSettings {
  const provider = {
    platform: Platform.COMPATIBLE,
    dialect: Dialect.OPENAI_CHAT,
    endpoint: "http://127.0.0.1:8000/v1",
  };
  return resolves(provider, { model: "qwen3", ...route });
}
