import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  Continuation as ConfigContinuation,
  Thinking as ConfigThinking,
  Dialect,
  Platform,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Continuation, Thinking } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { createStaticKey } from "../../src/provider/auth/static-key.ts";
import type { RouteSettings } from "../../src/provider/settings.ts";
import { prepares } from "./auth/auth-request.ts";
import { claudeRoute, compatibleRoute, gptRoute, resolves } from "./route-settings.ts";

const { ANTHROPIC, OPENAI, AZURE, COMPATIBLE } = Platform;
const MESSAGES_VERSION = { "anthropic-version": "2023-06-01" };
const { ANTHROPIC_MESSAGES, OPENAI_CHAT, UNSPECIFIED } = Dialect;

test("asks the endpoint of the provider, or else its vendor's, whatever slashes it ends with", () => {
  expect(resolves({ platform: OPENAI }).url.href).toBe("https://api.openai.com/v1/chat/completions");
  const proxied = resolves({ platform: ANTHROPIC, endpoint: "https://proxy.example//" });
  expect(proxied.url.href).toBe("https://proxy.example/v1/messages");
});

test.each([
  [ANTHROPIC, UNSPECIFIED, { "x-api-key": "verysecret" }, MESSAGES_VERSION],
  [AZURE, ANTHROPIC_MESSAGES, { "x-api-key": "verysecret" }, MESSAGES_VERSION],
  [AZURE, OPENAI_CHAT, { "api-key": "verysecret" }, {}],
  [OPENAI, UNSPECIFIED, { authorization: "Bearer verysecret" }, {}],
  [COMPATIBLE, OPENAI_CHAT, { authorization: "Bearer verysecret" }, {}],
  [COMPATIBLE, ANTHROPIC_MESSAGES, { "x-api-key": "verysecret" }, MESSAGES_VERSION],
])("platform %i with dialect %i proves itself by %o beside %o", (platform, dialect, key, version) => {
  const settings = resolves({ platform, dialect, endpoint: "https://host.example", apiKey: "verysecret" });
  expect(settings.headers).toEqual({ accept: "text/event-stream", "user-agent": "understudy", ...version });
  const credential = createStaticKey(settings.vendorDialect.auth, "verysecret");
  expect(credential.authorize(prepares())).toEqual({ kind: "authorized", headers: key });
  expect(inspect(settings, { depth: 9, showHidden: true })).not.toContain("verysecret");
});

test("sends configured headers but for those of the request itself", () => {
  const settings = resolves({
    platform: COMPATIBLE,
    dialect: OPENAI_CHAT,
    endpoint: "http://127.0.0.1/v1",
    headers: { "X-Team": "a", Host: "b", "Accept-Encoding": "gzip" },
  });
  expect(settings.headers).toEqual({ accept: "text/event-stream", "user-agent": "understudy", "x-team": "a" });
});

test("names the version in the header and in the word for what takes the same requests", () => {
  const settings = claudeRoute({ apiVersion: "2026-10-21" });
  expect(settings.headers["anthropic-version"]).toBe("2026-10-21");
  expect(settings.dialectVersion).toBe("anthropic-messages 2026-10-21");
  expect(gptRoute().dialectVersion).toBe("openai-chat");
});

test.each([
  ["claude-3-5-sonnet-20241022", Continuation.PREFILL, true, 8_192n],
  ["claude-opus-4-20250514", Continuation.PREFILL, true, 32_000n],
  ["claude-opus-4-5-20251101", Continuation.PREFILL, true, 64_000n],
  ["claude-sonnet-4-20250514", Continuation.PREFILL, true, 64_000n],
  ["claude-sonnet-4-5", Continuation.PREFILL, true, 64_000n],
  ["claude-haiku-4-5-20251001", Continuation.PREFILL, true, 64_000n],
  ["claude-opus-4-6", Continuation.INSTRUCT, true, 64_000n],
  ["claude-opus-4-7", Continuation.INSTRUCT, false, 64_000n],
  ["claude-sonnet-5", Continuation.INSTRUCT, false, 64_000n],
  ["claude-fable-5-1", Continuation.INSTRUCT, false, 64_000n],
])("knows %s", (model, continuation, temperature, maxOutputTokens) => {
  expect(claudeRoute({ model }).capabilities).toMatchObject({ continuation, temperature, maxOutputTokens });
});

test.each([
  ["gpt-5-mini", false, true, 400_000n],
  ["gpt-5.5", false, true, 1_000_000n],
  ["gpt-5-chat-latest", true, false, 128_000n],
  ["o3", false, true, 200_000n],
  ["gpt-4.1-mini", true, false, 1_000_000n],
  ["gpt-4o-2024-08-06", true, false, 128_000n],
  ["gpt-4-0613", true, false, 8_192n],
  ["my-deployment", true, false, undefined],
])("knows %s", (model, temperature, reasoning, contextWindowTokens) => {
  const { capabilities } = gptRoute({ model });
  expect(capabilities).toMatchObject({ temperature, reasoning, continuation: Continuation.INSTRUCT });
  expect(capabilities.contextWindowTokens).toBe(contextWindowTokens);
});

test("the API version that takes no temperature overrules the model", () => {
  expect(claudeRoute({ model: "claude-sonnet-4-5", apiVersion: "2026-10-21" }).capabilities.temperature).toBe(false);
});

test("configuration overrules what is known of a model", () => {
  const { capabilities, pings } = compatibleRoute({
    pings: true,
    continuation: ConfigContinuation.PREFILL,
    capabilities: { images: false, maxOutputTokens: 5n, reasoning: true },
  });
  expect(capabilities).toMatchObject({ images: false, tools: true, reasoning: true, maxOutputTokens: 5n });
  expect([capabilities.continuation, pings]).toEqual([Continuation.PREFILL, true]);
});

test.each<[model: string, RouteSettings, thinking: keyof typeof Thinking]>([
  ["Claude 4.6", claudeRoute({ model: "claude-sonnet-4-6" }), "ON_REQUEST"],
  ["Claude 5", claudeRoute({ model: "claude-sonnet-5" }), "BY_DEFAULT"],
  ["GPT-4o", gptRoute({ model: "gpt-4o" }), "ON_REQUEST"],
  ["GPT-5", gptRoute({ model: "gpt-5-mini" }), "BY_DEFAULT"],
  ["GPT-5 for chats", gptRoute({ model: "gpt-5-chat-latest" }), "ON_REQUEST"],
  ["o3", gptRoute({ model: "o3-mini" }), "ALWAYS"],
  ["an open model of OpenAI's", gptRoute({ model: "gpt-oss-120b" }), "ALWAYS"],
  ["a model that nobody described", gptRoute({ model: "whatever" }), "ON_REQUEST"],
  ["one that the configuration describes", gptRoute({ model: "o3", thinking: ConfigThinking.NEVER }), "NEVER"],
])("knows when %s thinks", (_, { capabilities }, thinking) => {
  expect(capabilities.thinking).toBe(Thinking[thinking]);
});
