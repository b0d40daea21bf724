/** Reads the fields of a chat that this API has no word for. Routes of the same wire format get them as they are. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DialectFieldsSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";
import { stringifyField } from "../door/stringify-field.ts";

/** Fields that are read elsewhere, or speak to a gateway and to no model. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  "model",
  "models",
  "fallbacks",
  "routing",
  "provider",
  "route",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "seed",
  "stop",
  "frequency_penalty",
  "presence_penalty",
  "verbosity",
  "service_tier",
  "prompt_cache_key",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
  "response_format",
  "reasoning",
  "reasoning_effort",
  "include_reasoning",
  "metadata",
  "user",
  "safety_identifier",
  "n",
  "logprobs",
  "top_logprobs",
  "logit_bias",
  "audio",
  "modalities",
  "prediction",
  "web_search_options",
  "usage",
  "understudy",
]);

/** The fields as one entry; empty if there are none. */
export function readDialectFields(chat: JsonFields): MessageInitShape<typeof DialectFieldsSchema>[] {
  const names = chat.names.filter((name) => !READ_ELSEWHERE.has(name) && chat.has(name));
  if (names.length === 0) return [];
  const written = names.map((name) => `${JSON.stringify(name)}:${stringifyField(chat, name) ?? "null"}`);
  return [{ dialect: "openai-chat", fieldsJson: `{${written.join(",")}}` }];
}
