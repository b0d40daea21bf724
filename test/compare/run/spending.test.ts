import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type Attempt, AttemptSchema, CostSource, UsageSource } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { Spending } from "../../../src/compare/run/spending.ts";

const WORST = { microUsd: 100n, tokens: 1_000n };

function took(microUsd: bigint, tokens: bigint): Attempt {
  return create(AttemptSchema, {
    route: "one",
    cost: { source: CostSource.REPORTED, microUsd },
    usage: { source: UsageSource.REPORTED, inputTokens: 0n, outputTokens: tokens },
  });
}

test.each([
  ["money", { maxMicroUsd: 250n, maxTokens: undefined }],
  ["tokens", { maxMicroUsd: undefined, maxTokens: 2_500n }],
  ["either", { maxMicroUsd: 250n, maxTokens: 1_000_000n }],
])("reserves the worst case and waits for calls that run when %s is short", async (_, limits) => {
  const spending = new Spending(limits);
  await expect(spending.reserve(WORST)).resolves.toBe(true);
  await expect(spending.reserve(WORST)).resolves.toBe(true);
  const third = spending.reserve(WORST);
  spending.settle(WORST, [took(20n, 200n)], () => WORST);
  await expect(third).resolves.toBe(true);
  const fourth = spending.reserve(WORST);
  spending.settle(WORST, [took(100n, 1_000n)], () => WORST);
  spending.settle(WORST, [took(100n, 1_000n)], () => WORST);
  await expect(fourth).resolves.toBe(false);
  expect(spending.cost()).toMatchObject({ source: CostSource.REPORTED, microUsd: 220n });
  expect(spending.usage()).toMatchObject({ outputTokens: 2_200n });
});

test("counts what is not known as the worst of its route", async () => {
  const spending = new Spending({ maxMicroUsd: 150n, maxTokens: undefined });
  await spending.reserve(WORST);
  spending.settle(WORST, [create(AttemptSchema, { route: "one" })], () => WORST);
  await expect(spending.reserve(WORST)).resolves.toBe(false);
  expect(spending.cost().source).toBe(CostSource.UNKNOWN);
});

test("makes no call that could pass the limit alone", async () => {
  await expect(new Spending({ maxMicroUsd: 99n, maxTokens: undefined }).reserve(WORST)).resolves.toBe(false);
});
