/** Makes shapes of answers as the comparison does. */

import { create } from "@bufbuild/protobuf";
import type { AnswerShape } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { type CompleteRequest, CompleteRequestSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { FinishReason, type ToolCall, ToolCallSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { makeAnswerShape } from "../../../src/compare/shape/make-answer-shape.ts";

export interface Said {
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
  readonly finish?: FinishReason;
  readonly request?: CompleteRequest;
  /** What is wrong with the text by the schema; undefined: nothing. */
  readonly schemaFault?: string | undefined;
}

export function shapeOf({ text = "", tools = [], finish = FinishReason.STOP, ...more }: Said): Promise<AnswerShape> {
  const request = more.request ?? create(CompleteRequestSchema);
  const answer = { text, toolCalls: tools, finishReason: finish };
  const { schemaFault } = more;
  const finding =
    schemaFault === undefined ? { kind: "fits" as const } : { kind: "fault" as const, message: schemaFault };
  return makeAnswerShape(request, answer, () => Promise.resolve(finding), "tests");
}

export function calls(name: string, argumentsJson: string): ToolCall {
  return create(ToolCallSchema, { id: "call", name, argumentsJson });
}

/** A request that asks for JSON, by a schema or for any object. */
export function asksForJson(schemaJson?: string): CompleteRequest {
  return create(CompleteRequestSchema, {
    responseFormat: {
      format:
        schemaJson === undefined ? { case: "jsonObject", value: {} } : { case: "jsonSchema", value: { schemaJson } },
    },
  });
}
