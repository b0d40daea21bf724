/** Events of scripted answers. */

import { createHash } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type {
  CompletedSchema,
  RouteSwitchedSchema,
  StreamCompleteResponseSchema,
} from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, CostSource, UsageSource } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode, SwitchReason } from "../../../gen/ts/understudy/v1/routing_pb.ts";

type Event = MessageInitShape<typeof StreamCompleteResponseSchema>;

export function says(text: string): Event {
  return { event: { case: "textDelta", value: { text } } };
}

export function switched(atUtf8Byte: number): Event {
  return { event: { case: "routeSwitched", value: makeSwitch(atUtf8Byte) } };
}

export function makeSwitch(atUtf8Byte: number): MessageInitShape<typeof RouteSwitchedSchema> {
  return {
    from: "claude-direct",
    to: "claude-on-azure",
    reason: SwitchReason.STALLED,
    mode: SwitchMode.CONTINUED,
    atUtf8Byte: BigInt(atUtf8Byte),
    gap: durationFromMs(2100),
  };
}

export function completes(text: string): Event {
  return { event: { case: "completed", value: makeCompleted(text) } };
}

export function makeCompleted(text: string): MessageInitShape<typeof CompletedSchema> {
  return {
    finishReason: FinishReason.STOP,
    servedBy: [{ route: "claude-direct" }, { route: "claude-on-azure" }],
    usage: { source: UsageSource.REPORTED, inputTokens: 120n, outputTokens: 312n },
    cost: { source: CostSource.REPORTED, microUsd: 1230n },
    attempts: [
      { number: 1, route: "claude-direct", outcome: AttemptOutcome.STALLED },
      { number: 2, route: "claude-on-azure", outcome: AttemptOutcome.COMPLETED },
    ],
    textSha256: createHash("sha256").update(text).digest("hex"),
    textBytes: BigInt(Buffer.byteLength(text)),
  };
}
