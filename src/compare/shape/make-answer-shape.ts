/** Describes an answer by its shape. */

import { create } from "@bufbuild/protobuf";
import {
  type AnswerShape,
  AnswerShapeSchema,
  type ToolShape,
  ToolShapeSchema,
} from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import type { CompleteRequest } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { FinishReason, ToolCall } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { parseJson } from "../../call/json-object.ts";
import type { SchemaCheck } from "../../failover/schema/verify-answer.ts";
import { findJson } from "./find-json.ts";
import { isRefusal } from "./is-refusal.ts";
import { listJsonFields } from "./list-json-fields.ts";
import { makeTextStructure } from "./make-text-structure.ts";

/** Most tool calls that are described: as many as a request may declare tools. */
const MAX_TOOLS = 128;

/** A whole answer. */
export interface FoundAnswer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
}

/** Describes an answer to `request`. */
export async function makeAnswerShape(
  request: CompleteRequest,
  { text, toolCalls, finishReason }: FoundAnswer,
  checkSchema: SchemaCheck,
  tenant: string,
): Promise<AnswerShape> {
  const { format } = request.responseFormat ?? { format: { case: undefined } };
  const asked = (format.case === "jsonObject" || format.case === "jsonSchema") && text !== "";
  const found = asked ? parseJson(text) : findJson(text);
  const shape = create(AnswerShapeSchema, {
    finishReason,
    textCharacters: BigInt(text.length),
    refused: isRefusal(finishReason, text),
    fields: found === undefined ? [] : listJsonFields(found),
    tools: toolCalls.slice(0, MAX_TOOLS).map(makeToolShape),
  });
  if (asked || found !== undefined) shape.jsonValid = found !== undefined;
  else shape.structure = makeTextStructure(text);
  if (format.case === "jsonSchema" && text !== "") {
    const { schemaJson } = format.value;
    shape.schemaValid = found !== undefined && (await checkSchema(schemaJson, text, tenant)).kind !== "fault";
  }
  return shape;
}

function makeToolShape({ name, argumentsJson }: ToolCall): ToolShape {
  const found = parseJson(argumentsJson);
  return create(ToolShapeSchema, { name, fields: found === undefined ? [] : listJsonFields(found) });
}
