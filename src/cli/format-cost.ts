/** Writes what a call cost. */

import { type Cost, CostSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";

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
