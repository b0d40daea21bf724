import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  Continuation,
  Dialect,
  Platform,
  PrefillForm,
  type ProviderSchema,
  type RouteSchema,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { hashShape } from "../../src/provider/hash-shape.ts";
import { resolves } from "./route-settings.ts";

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
  ["header", { provider: { headers: { "x-team": "a" } } }],
  ["cap", { route: { maxConcurrency: 3 } }],
  ["price", { route: { prices: { inputUsdPerMtok: 1 } } }],
  ["sign of life", { route: { pings: true } }],
])("another %s is the same shape", (_, changes) => {
  expect(hash(changes)).toBe(hash());
});
