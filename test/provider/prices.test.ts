import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { PricesSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { CostSource, UsageSchema, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { createPricing } from "../../src/provider/prices.ts";
import { claudeRoute, compatibleRoute, gptRoute } from "./route-settings.ts";

function usage(fields: MessageInitShape<typeof UsageSchema> = {}) {
  return create(UsageSchema, { source: UsageSource.REPORTED, inputTokens: 1_000n, outputTokens: 1_000n, ...fields });
}

const price = createPricing(claudeRoute(), undefined);

test("prices reported tokens by the table", () => {
  expect(price(usage())).toMatchObject({ source: CostSource.REPORTED, microUsd: 12_000n });
});

test("prices cached tokens lower", () => {
  expect(price(usage({ cacheReadTokens: 900n })).microUsd).toBeLessThan(12_000n);
});

test("marks what is estimated", () => {
  expect(price(usage({ source: UsageSource.ESTIMATED }))).toMatchObject({
    source: CostSource.ESTIMATED,
    microUsd: 12_000n,
  });
});

test("owes nothing where nothing was used", () => {
  expect(price(create(UsageSchema, { source: UsageSource.NONE }))).toMatchObject({
    source: CostSource.NONE,
    microUsd: 0n,
  });
});

test.each([
  ["the tokens are unknown", price, create(UsageSchema, { source: UsageSource.UNKNOWN })],
  ["the output is unknown", price, create(UsageSchema, { source: UsageSource.REPORTED, inputTokens: 1n })],
  ["more was cached than there was", price, usage({ cacheReadTokens: 5_000n })],
  ["the model is unknown", createPricing(claudeRoute({ model: "claude-haiku-9" }), undefined), usage()],
  ["only an earlier version is listed", createPricing(claudeRoute({ model: "claude-sonnet-5-5" }), undefined), usage()],
  ["the host is unknown", createPricing(compatibleRoute({ model: "gpt-4o" }), undefined), usage()],
])("does not know the cost where %s", (_where, priceUsage, used) => {
  const cost = priceUsage(used);
  expect([cost.source, cost.microUsd]).toEqual([CostSource.UNKNOWN, undefined]);
});

test("takes a dated model for the listed one", () => {
  expect(createPricing(gptRoute({ model: "gpt-4o-2024-08-06" }), undefined)(usage()).microUsd).toBe(12_500n);
});

test("configured prices come first", () => {
  const prices = create(PricesSchema, { inputUsdPerMtok: 1, outputUsdPerMtok: 2, cacheReadUsdPerMtok: 0.5 });
  const cost = createPricing(claudeRoute(), prices)(usage({ cacheReadTokens: 200n, cacheWriteTokens: 100n }));
  expect(cost.microUsd).toBe(700n + 100n + 100n + 2_000n);
});
