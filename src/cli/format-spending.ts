/** Writes what a call used and what it cost. */

import { type Cost, CostSource, type Usage, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";

/** `120 in, 312 out tokens`, with `~` if estimated and `?` for what is not known. */
export function formatUsage(usage: Usage | undefined): string {
  if (usage?.source === UsageSource.NONE) return "no tokens";
  if (usage?.inputTokens === undefined && usage?.outputTokens === undefined) return "tokens unknown";
  const mark = usage.source === UsageSource.ESTIMATED ? "~" : "";
  const count = (tokens: bigint | undefined): string => (tokens === undefined ? "?" : `${mark}${tokens}`);
  return `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out tokens`;
}

/** `$0.00123`, `~$0.00123` if estimated, `no cost`, or `cost unknown`, which is not 0. */
export function formatCost(cost: Cost | undefined): string {
  if (cost?.source === CostSource.NONE) return "no cost";
  if (cost?.microUsd === undefined) return "cost unknown";
  const mark = cost.source === CostSource.ESTIMATED ? "~" : "";
  return `${mark}$${formatUsd(Number(cost.microUsd) / 1e6)}`;
}

/** At least cents, at most millionths. */
function formatUsd(usd: number): string {
  return usd.toFixed(6).replace(/0{1,4}$/u, "");
}
