/** Says how an answer ended. */

import { Code, ConnectError } from "@connectrpc/connect";

import type { Completed } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReasonSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { enumWord } from "./enum-word.ts";
import { sha256 } from "./sha256.ts";

/** Names who served. Rejects with `DataLoss` if the text that was shown does not have the hash of what was sent. */
export async function describeCompletion(
  { servedBy, finishReason, attempts, textBytes, textSha256 }: Completed,
  text: string,
): Promise<string> {
  const shown = await sha256(text);
  if (shown !== undefined && shown !== textSha256) {
    throw new ConnectError(`the text is not what was sent: sha256 ${shown} instead of ${textSha256}`, Code.DataLoss);
  }
  return [
    `served by ${servedBy.map(({ route }) => route).join(", ")}`,
    `finish reason ${enumWord(FinishReasonSchema, finishReason)}`,
    attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`,
    `${textBytes} bytes`,
    `sha256 ${textSha256} ${shown === undefined ? "(not checked: the page is not secure)" : "✓"}`,
  ].join(" · ");
}
