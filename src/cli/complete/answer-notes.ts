/** Writes what is noted about an answer, a line each: a change of the serving route, and how it ended. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Completed, RouteSwitched } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, FinishReasonSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { SwitchMode, SwitchReasonSchema } from "../../../gen/ts/understudy/v1/routing_pb.ts";
import { enumWord } from "../../call/enum-words.ts";
import { describeElapsed } from "../../time/duration.ts";
import { formatCost, formatUsage } from "../format-spending.ts";
import { formatPrintable } from "../terminal/shown-text.ts";

/** Says why the route changed: `-- switched claude-direct -> claude-on-azure: stalled after 312 bytes, gap 2.1 s --`. */
export function formatSwitch(switched: RouteSwitched): string {
  const reason = enumWord(SwitchReasonSchema, switched.reason);
  const facts = [
    switched.mode === SwitchMode.RESTARTED
      ? `${reason} before any text`
      : `${reason} after ${switched.atUtf8Byte} bytes`,
    ...(switched.trimmedBytes > 0n ? [`${switched.trimmedBytes} repeated bytes trimmed`] : []),
    ...(switched.gap === undefined ? [] : [`gap ${describeElapsed(durationMs(switched.gap))}`]),
  ];
  return `-- switched ${formatPrintable(`${switched.from} -> ${switched.to}`)}: ${facts.join(", ")} --`;
}

/**
 * Says who served the answer, how it ended and what it took:
 * `-- claude-direct, claude-on-azure; 2 attempts; 120 in, 312 out tokens; $0.00123; 4.2 s --`.
 */
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
