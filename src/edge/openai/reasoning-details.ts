/**
 * Signed and encrypted reasoning, in the form that OpenRouter gave it: clients give `reasoning_details` back as they came,
 * and some models demand them beside their tool calls. https://openrouter.ai/docs/use-cases/reasoning-tokens
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ReasoningSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";

type ReasoningInit = MessageInitShape<typeof ReasoningSchema>;

/** Makes the detail of one block of reasoning, which is encrypted if nobody can read it. */
export function makeReasoningDetail(text: string, opaque: string, index: number): object {
  return text === ""
    ? { type: "reasoning.encrypted", data: opaque, index }
    : { type: "reasoning.text", text, signature: opaque, index };
}

/** Reads the reasoning of a message of the assistant: its details, else what is readable of it. */
export function readReasoningParts(message: JsonFields): ReasoningInit[] {
  const details = Array.from(message.objects("reasoning_details"), readDetail).filter(
    ({ text, opaque }) => text || opaque,
  );
  if (details.length > 0) return details;
  const text = message.get("reasoning_content") ?? message.get("reasoning");
  return typeof text === "string" && text !== "" ? [{ text }] : [];
}

function readDetail(detail: JsonFields): ReasoningInit {
  const opaque = detail.string("signature") ?? detail.string("data");
  return { text: detail.string("text") ?? "", ...(opaque !== undefined && opaque !== "" && { opaque }) };
}
