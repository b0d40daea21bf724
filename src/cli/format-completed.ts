/** Writes how an answer ended, who served it and what it took as one line. */

import type { Completed } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, FinishReasonSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { enumWord } from "../call/enum-words.ts";
import { describeElapsed } from "../time/duration.ts";
import { formatCost } from "./format-cost.ts";
import { formatPrintable } from "./format-printable.ts";
import { formatUsage } from "./format-usage.ts";

/** `-- claude-direct, claude-on-azure; 2 attempts; 120 in, 312 out tokens; $0.00123; 4.2 s --` */
export function formatCompleted(completed: Completed, elapsedMs: number): string {
  const ended = completed.finishReason !== FinishReason.STOP;
  const facts = [
    formatPrintable(completed.servedBy.map(({ route }) => route).join(", ")) || "no route",
    ...(ended ? [`ended by ${enumWord(FinishReasonSchema, completed.finishReason)}`] : []),
    formatAttempts(completed),
    formatUsage(completed.usage),
    formatCost(completed.cost),
    describeElapsed(elapsedMs),
  ];
  return `-- ${facts.join("; ")} --`;
}

function formatAttempts({ attempts, skips }: Completed): string {
  const tried = `${attempts.length} attempt${attempts.length === 1 ? "" : "s"}`;
  return skips.length === 0 ? tried : `${tried}, ${skips.length} skipped`;
}
