import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  Continuation,
  Dialect,
  Platform,
  PrefillForm,
  type ProviderSchema,
  type RouteSchema,
  Thinking,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { hashShape } from "../../src/provider/hash-shape.ts";
import type { RouteSettings } from "../../src/provider/settings.ts";
import { claudeRoute, compatibleRoute, gptRoute, resolves } from "./route-settings.ts";

type Changes = {
  readonly provider?: MessageInitShape<typeof ProviderSchema>;
  readonly route?: MessageInitShape<typeof RouteSchema>;
};

/** Hash of a usual route with these changes. */
function hash({ provider = {}, route = {} }: Changes = {}): string {
  const usual = { platform: Platform.COMPATIBLE, dialect: Dialect.OPENAI_CHAT, endpoint: "https://a.example/v1" };
  return hashShape(resolves({ ...usual, apiKey: "key", ...provider }, { model: "qwen3", ...route }));
}

test.each<[what: string, changes: Changes]>([
  ["model", { route: { model: "qwen4" } }],
  ["API version", { route: { apiVersion: "2" } }],
  ["API version of the provider", { provider: { apiVersion: "2" } }],
  ["endpoint", { provider: { endpoint: "https://b.example/v1" } }],
  ["dialect", { provider: { dialect: Dialect.ANTHROPIC_MESSAGES } }],
  ["form of prefill", { route: { prefillForm: PrefillForm.PREFIX } }],
  ["continuation", { route: { continuation: Continuation.NONE } }],
  ["tools", { route: { capabilities: { tools: false } } }],
  ["largest output", { route: { capabilities: { maxOutputTokens: 99n } } }],
])("another %s is another shape", (_, changes) => {
  expect(hash(changes)).not.toBe(hash());
});

test.each<[what: string, changes: Changes]>([
  ["key", { provider: { apiKey: "other" } }],
  ["key file", { provider: { apiKey: "", apiKeyFile: "/run/secrets/key" } }],
  ["header", { provider: { headers: { "x-team": "a" } } }],
  ["cap", { route: { maxConcurrency: 3 } }],
  ["price", { route: { prices: { inputUsdPerMtok: 1 } } }],
  ["sign of life", { route: { pings: true } }],
  ["time for thoughts", { route: { thinking: Thinking.ALWAYS } }],
])("another %s is the same shape", (_, changes) => {
  expect(hash(changes)).toBe(hash());
});

const AZURE = { platform: Platform.AZURE, apiKey: "k" };
const { ANTHROPIC_MESSAGES, OPENAI_CHAT } = Dialect;

// Approvals on disk hold these hashes: another one here ends every approval of such a route.
test.each<[what: string, settings: RouteSettings, shape: string]>([
  ["Claude", claudeRoute(), "44cb98bcb7ea176660471f5c5358dc707f537bda126ac8633a7eb6c1bc415c58"],
  ["GPT", gptRoute(), "a643e706d5cbb4b9a50d8eb2116d0ac57f590de352f4d31dab674eb87db156c8"],
  [
    "GPT with capabilities of its own",
    resolves(
      { platform: Platform.OPENAI, apiKey: "k" },
      { model: "gpt-5-mini", capabilities: { tools: false, maxOutputTokens: 99n } },
    ),
    "fd5b7a2f5fa2db215e1a9d0d7998a25a7c4e039dac94c392b4f09f4bd48eaba2",
  ],
  [
    "Claude on Azure",
    resolves(
      { ...AZURE, dialect: ANTHROPIC_MESSAGES, endpoint: "https://acme.services.ai.azure.com" },
      { model: "claude-opus-4-5" },
    ),
    "027cbf89ad4138a69559f499e92ce9ef329879a29f11b116b8f206f6a4bbd81a",
  ],
  [
    "a deployment on Azure",
    resolves(
      { ...AZURE, dialect: OPENAI_CHAT, endpoint: "https://acme.openai.azure.com", apiVersion: "2024-10-21" },
      { model: "my deployment/ü" },
    ),
    "479a568b111cc02e0e629abe60b380e44e08509c2fcba6a518b110f0f72c119a",
  ],
  [
    "a compatible server that takes a prefill",
    compatibleRoute({ prefillForm: PrefillForm.PREFIX, continuation: Continuation.PREFILL }),
    "8698071d3772a94496ee24dee11e5a4b2b09f3496356803ba3faccec4b98aba0",
  ],
  [
    "a compatible server of Messages",
    resolves(
      { platform: Platform.COMPATIBLE, dialect: ANTHROPIC_MESSAGES, endpoint: "http://127.0.0.1:8000" },
      { model: "qwen3" },
    ),
    "d7f990ebe0dc7978a1f11ca137bb9cb38f8e9bdbbee639515385aa0eca4fb75b",
  ],
])("the shape of %s is what approvals remember", (_, settings, shape) => {
  expect(hashShape(settings)).toBe(shape);
});
