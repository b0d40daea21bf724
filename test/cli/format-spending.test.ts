import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CostSchema, CostSource, UsageSchema, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { formatCost, formatUsage } from "../../src/cli/format-spending.ts";

test.each<[MessageInitShape<typeof CostSchema>, string]>([
  [{ source: CostSource.REPORTED, microUsd: 1230n }, "$0.00123"],
  [{ source: CostSource.REPORTED, microUsd: 1n }, "$0.000001"],
  [{ source: CostSource.REPORTED, microUsd: 2_500_000n }, "$2.50"],
  [{ source: CostSource.REPORTED, microUsd: 0n }, "$0.00"],
  [{ source: CostSource.ESTIMATED, microUsd: 30_000n }, "~$0.03"],
  [{ source: CostSource.UNKNOWN }, "cost unknown"],
  [{ source: CostSource.NONE }, "no cost"],
])("writes the cost %o as %s", (cost, text) => {
  expect(formatCost(create(CostSchema, cost))).toBe(text);
});

test.each<[MessageInitShape<typeof UsageSchema>, string]>([
  [{ source: UsageSource.REPORTED, inputTokens: 120n, outputTokens: 0n }, "120 in, 0 out tokens"],
  [{ source: UsageSource.ESTIMATED, inputTokens: 120n, outputTokens: 9n }, "~120 in, ~9 out tokens"],
  [{ source: UsageSource.REPORTED, inputTokens: 120n }, "120 in, ? out tokens"],
  [{ source: UsageSource.UNKNOWN }, "tokens unknown"],
  [{ source: UsageSource.NONE }, "no tokens"],
])("writes the usage %o as %s", (usage, text) => {
  expect(formatUsage(create(UsageSchema, usage))).toBe(text);
});
