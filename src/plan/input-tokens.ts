/** Estimates the size of a request before any upstream has counted it. */

import type { CompleteRequest } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { Part } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { CHARACTERS_PER_TOKEN } from "../config/policy-defaults.ts";

/** What a picture of a million pixels takes on the large platforms, about. */
const TOKENS_PER_IMAGE = 1_300;

/** Estimates the tokens of a request: its characters / 3.5, and a flat number for each picture. */
export function estimateInputTokens(request: CompleteRequest): number {
  let characters = request.resume?.deliveredText.length ?? 0;
  let images = 0;
  for (const message of request.messages) {
    characters += message.text?.length ?? 0;
    for (const part of message.parts) {
      if (part.kind.case === "image") images++;
      characters += partCharacters(part);
    }
  }
  for (const tool of request.tools) characters += tool.name.length + tool.description.length + tool.schemaJson.length;
  const { format } = request.responseFormat ?? { format: { case: undefined } };
  if (format.case === "jsonSchema") characters += format.value.schemaJson.length;
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}

function partCharacters({ kind }: Part): number {
  switch (kind.case) {
    case "text":
      return kind.value.length;
    case "toolCall":
      return kind.value.name.length + kind.value.argumentsJson.length;
    case "toolResult":
      return kind.value.text.length;
    case "reasoning":
      return kind.value.text.length + (kind.value.opaque?.length ?? 0);
    case "image":
    case undefined:
      return 0;
  }
}
