/** Writes a whole answer as a chat completion. */

import type { Completed, CompleteResponse } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { makeCallReport } from "../door/call-report.ts";
import { makeUsage } from "./chat-usage.ts";
import { nameFinishReason } from "./finish-reason.ts";
import { makeReasoningDetail } from "./reasoning-details.ts";
import { makeToolCall } from "./tool-call.ts";

/** Makes the body of a chat completion that is complete. `createdS` is the time of the call in seconds since 1970. */
export function makeChatAnswer(response: CompleteResponse, completed: Completed, createdS: number): object {
  return {
    id: `chatcmpl-${response.requestId}`,
    object: "chat.completion",
    created: createdS,
    model: completed.servedBy.at(-1)?.model ?? "",
    choices: [
      {
        index: 0,
        message: makeMessage(response),
        logprobs: null,
        finish_reason: nameFinishReason(completed.finishReason),
      },
    ],
    usage: makeUsage(completed.usage),
    understudy: makeCallReport(response.requestId, completed),
  };
}

function makeMessage({ parts }: CompleteResponse): object {
  let text = "";
  let reasoning = "";
  const calls: object[] = [];
  const details: object[] = [];
  for (const { kind } of parts) {
    if (kind.case === "text") text += kind.value;
    else if (kind.case === "reasoning") {
      const { text: thought, opaque = "" } = kind.value;
      reasoning += thought;
      if (opaque !== "") details.push(makeReasoningDetail(thought, opaque, details.length));
    } else if (kind.case === "toolCall") calls.push(makeToolCall(kind.value));
  }
  return {
    role: "assistant",
    // A turn that only calls tools says nothing, which is not the same as an empty text.
    content: text === "" && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}
