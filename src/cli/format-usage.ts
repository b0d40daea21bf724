/** Writes how many tokens a call used. */

import { type Usage, UsageSource } from "../../gen/ts/understudy/v1/ledger_pb.ts";

/** `120 in, 312 out tokens`, with `~` if estimated and `?` for what is not known. */
export function formatUsage(usage: Usage | undefined): string {
  if (usage?.source === UsageSource.NONE) return "no tokens";
  if (usage?.inputTokens === undefined && usage?.outputTokens === undefined) return "tokens unknown";
  const mark = usage.source === UsageSource.ESTIMATED ? "~" : "";
  const count = (tokens: bigint | undefined): string => (tokens === undefined ? "?" : `${mark}${tokens}`);
  return `${count(usage.inputTokens)} in, ${count(usage.outputTokens)} out tokens`;
}
