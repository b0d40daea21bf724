/** The last event of a good stream: how the answer ended, who served it, and what it took. */

import { create } from "@bufbuild/protobuf";
import { type Completed, CompletedSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { Answer } from "../delivered-answer.ts";
import type { Ledger } from "./make-ledger.ts";

/** Makes the event, but for its switches: the last of them may be told only with it. */
export function makeCompleted(finishReason: FinishReason, answer: Answer, ledger: Ledger): Completed {
  return create(CompletedSchema, {
    ...ledger,
    finishReason,
    textSha256: answer.digest(),
    textBytes: BigInt(answer.bytes),
  });
}
