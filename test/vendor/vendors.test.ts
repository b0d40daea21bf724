import { expect, test } from "vitest";
import { DialectSchema, Platform, PlatformSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { enumsByKey } from "../../src/call/enum-words.ts";
import { findVendor } from "../../src/vendor/find-vendor.ts";
import { spokenDialects } from "../../src/vendor/provider-dialect.ts";
import { type AddressParts, DIALECT_NAMES, type DialectName, type VendorDialect } from "../../src/vendor/vendor.ts";

const { ANTHROPIC, OPENAI, AZURE, COMPATIBLE } = Platform;

function describes(platform: Platform, dialect: DialectName): VendorDialect {
  const described = findVendor(platform)?.dialects[dialect];
  if (described === undefined) throw new Error(`platform ${platform} does not speak ${dialect}`);
  return described;
}

test("describes every platform of the configuration by its own word", () => {
  const words = [...enumsByKey(PlatformSchema)].map(([word, platform]) => [word, findVendor(platform)?.name]);
  expect(words).toEqual(words.map(([word]) => [word, word]));
  expect(findVendor(Platform.UNSPECIFIED)).toBeUndefined();
  expect(findVendor(99)).toBeUndefined();
});

test("names the dialects as the configuration does, in its order", () => {
  expect([...enumsByKey(DialectSchema).keys()]).toEqual(DIALECT_NAMES);
});

test.each([
  [ANTHROPIC, ["anthropic-messages"]],
  [OPENAI, ["openai-chat"]],
  [AZURE, ["openai-chat", "anthropic-messages"]],
  [COMPATIBLE, DIALECT_NAMES],
])("platform %i speaks %j", (platform, dialects) => {
  const vendor = findVendor(platform);
  expect(vendor && spokenDialects(vendor)).toEqual(dialects);
});

test.each<[Platform, DialectName, Partial<AddressParts>, url: string]>([
  [ANTHROPIC, "anthropic-messages", {}, "https://host.example/v1/messages"],
  [ANTHROPIC, "anthropic-messages", { endpoint: "https://host.example/v1" }, "https://host.example/v1/messages"],
  [OPENAI, "openai-chat", { endpoint: "https://host.example/v1" }, "https://host.example/v1/chat/completions"],
  [AZURE, "anthropic-messages", {}, "https://host.example/anthropic/v1/messages"],
  [
    AZURE,
    "anthropic-messages",
    { endpoint: "https://host.example/anthropic" },
    "https://host.example/anthropic/v1/messages",
  ],
  [AZURE, "openai-chat", {}, "https://host.example/openai/v1/chat/completions"],
  [AZURE, "openai-chat", { apiVersion: "preview" }, "https://host.example/openai/v1/chat/completions"],
  [
    AZURE,
    "openai-chat",
    { endpoint: "https://host.example/openai/v1" },
    "https://host.example/openai/v1/chat/completions",
  ],
  [
    AZURE,
    "openai-chat",
    { apiVersion: "2024-10-21" },
    "https://host.example/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21",
  ],
  [
    AZURE,
    "openai-chat",
    { apiVersion: "2024-10-21", model: "my deployment/ü" },
    "https://host.example/openai/deployments/my%20deployment%2F%C3%BC/chat/completions?api-version=2024-10-21",
  ],
  [
    AZURE,
    "openai-chat",
    { apiVersion: "2024-10-21&admin=1", model: "a?b#c" },
    "https://host.example/openai/deployments/a%3Fb%23c/chat/completions?api-version=2024-10-21%26admin%3D1",
  ],
  [COMPATIBLE, "openai-chat", { endpoint: "http://127.0.0.1/v1" }, "http://127.0.0.1/v1/chat/completions"],
  [COMPATIBLE, "anthropic-messages", {}, "https://host.example/v1/messages"],
  [COMPATIBLE, "anthropic-messages", { endpoint: "http://127.0.0.1/v1" }, "http://127.0.0.1/v1/messages"],
])("platform %i with %s and %j is asked at %s", (platform, dialect, parts, url) => {
  const usual = { endpoint: "https://host.example", model: "gpt-4.1", apiVersion: "" };
  expect(describes(platform, dialect).makeUrl({ ...usual, ...parts })).toBe(url);
});

const MESSAGES = { auth: "x-api-key", versionHeader: "anthropic-version", defaultApiVersion: "2023-06-01" } as const;
const CHAT = { auth: "bearer", versionHeader: undefined, defaultApiVersion: "" } as const;

test.each<[Platform, DialectName, Partial<VendorDialect>]>([
  [ANTHROPIC, "anthropic-messages", { ...MESSAGES, maxTokensName: "max_tokens", pings: true }],
  [AZURE, "anthropic-messages", { ...MESSAGES, maxTokensName: "max_tokens", pings: true }],
  [COMPATIBLE, "anthropic-messages", { ...MESSAGES, maxTokensName: "max_tokens", pings: true }],
  [OPENAI, "openai-chat", { ...CHAT, maxTokensName: "max_completion_tokens", pings: false }],
  [AZURE, "openai-chat", { ...CHAT, auth: "api-key", maxTokensName: "max_completion_tokens", pings: false }],
  [COMPATIBLE, "openai-chat", { ...CHAT, maxTokensName: "max_tokens", pings: false }],
])("platform %i speaks %s with %j", (platform, dialect, described) => {
  expect(describes(platform, dialect)).toMatchObject(described);
});

test.each([
  [ANTHROPIC, "https://api.anthropic.com", true, false, "anthropic"],
  [OPENAI, "https://api.openai.com/v1", true, false, "openai"],
  [AZURE, undefined, true, false, "azure"],
  [COMPATIBLE, undefined, false, true, undefined],
])(
  "platform %i has the endpoint %s, needs a key: %s, may be cleartext: %s, is priced as %s",
  (platform, defaultEndpoint, needsKey, allowsCleartext, priceList) => {
    expect(findVendor(platform)).toMatchObject({ defaultEndpoint, needsKey, allowsCleartext, priceList });
  },
);
