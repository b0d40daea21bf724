/** Turns the events of a stream into the one response of `Complete`. */

import { create } from "@bufbuild/protobuf";
import type { CompleteResponse, StreamCompleteResponse } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { PartSchema, ReasoningSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";

/** Reads the events to their end and fills `response`. */
export async function collectAnswer(
  response: CompleteResponse,
  events: AsyncIterable<StreamCompleteResponse>,
): Promise<CompleteResponse> {
  for await (const { event } of events) {
    switch (event.case) {
      case "textDelta":
        addText(response, event.value.text);
        break;
      case "reasoningDelta":
        addReasoning(response, event.value.text, event.value.opaque);
        break;
      case "toolCall":
        response.parts.push(create(PartSchema, { kind: { case: "toolCall", value: event.value } }));
        break;
      case "completed":
        response.completed = event.value;
        response.switches = event.value.switches;
        break;
      case "routeSwitched":
      case "started":
      case "heartbeat":
      case undefined:
        break;
    }
  }
  return response;
}

function addText({ parts }: CompleteResponse, text: string): void {
  const last = parts.at(-1);
  if (last?.kind.case === "text") last.kind.value += text;
  else parts.push(create(PartSchema, { kind: { case: "text", value: text } }));
}

/** A signature ends a block of reasoning, so the next piece begins another. */
function addReasoning({ parts }: CompleteResponse, text: string, opaque: string | undefined): void {
  const last = parts.at(-1);
  if (last?.kind.case === "reasoning" && last.kind.value.opaque === undefined) {
    last.kind.value.text += text;
    if (opaque !== undefined) last.kind.value.opaque = opaque;
    return;
  }
  const value = create(ReasoningSchema, opaque === undefined ? { text } : { text, opaque });
  parts.push(create(PartSchema, { kind: { case: "reasoning", value } }));
}
