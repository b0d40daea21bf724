/** Reads how much the model reasons, by the names that different servers gave to it. */

import type { MessageInitShape } from "@bufbuild/protobuf";

import { ReasoningOptions_Effort, type ReasoningOptionsSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";

const EFFORTS: ReadonlyMap<string, ReasoningOptions_Effort> = new Map([
  ["none", ReasoningOptions_Effort.NONE],
  ["minimal", ReasoningOptions_Effort.MINIMAL],
  ["low", ReasoningOptions_Effort.LOW],
  ["medium", ReasoningOptions_Effort.MEDIUM],
  ["high", ReasoningOptions_Effort.HIGH],
  ["xhigh", ReasoningOptions_Effort.XHIGH],
  ["max", ReasoningOptions_Effort.MAX],
]);

/** Reads `reasoning_effort`, `include_reasoning` and `reasoning`; undefined if none of them is there. */
export function readReasoning(chat: JsonFields): MessageInitShape<typeof ReasoningOptionsSchema> | undefined {
  const options = chat.object("reasoning");
  const given = chat.string("reasoning_effort") ?? options?.string("effort");
  const include = chat.boolean("include_reasoning") ?? options?.boolean("include") ?? false;
  const effort = given === undefined ? ReasoningOptions_Effort.UNSPECIFIED : EFFORTS.get(given);
  if (effort === undefined) {
    return chat.refuse("reasoning_effort", "is not a known effort", `use ${[...EFFORTS.keys()].join(", ")}`);
  }
  return effort === ReasoningOptions_Effort.UNSPECIFIED && !include ? undefined : { effort, include };
}
