/** Reads the form that the answer must have. */

import type { MessageInitShape } from "@bufbuild/protobuf";

import type { ResponseFormatSchema } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import type { JsonFields } from "../door/json-fields.ts";
import { stringifyField } from "../door/stringify-field.ts";

type ResponseFormatInit = MessageInitShape<typeof ResponseFormatSchema>;

/** Reads `response_format`; undefined if it is missing or plain text. */
export function readResponseFormat(chat: JsonFields): ResponseFormatInit | undefined {
  const format = chat.object("response_format");
  switch (format?.string("type")) {
    case undefined:
      return format?.refuse("type", "is missing", "use text, json_object or json_schema");
    case "text":
      return undefined;
    case "json_object":
      return { format: { case: "jsonObject", value: {} } };
    case "json_schema":
      return readJsonSchema(format);
    default:
      return format?.refuse("type", "is not carried", "use text, json_object or json_schema");
  }
}

function readJsonSchema(format: JsonFields | undefined): ResponseFormatInit | undefined {
  const described = format?.object("json_schema");
  if (described === undefined) {
    return format?.refuse("json_schema", "is missing", 'give {"name":…,"schema":{…}}');
  }
  const value = {
    name: described.string("name") ?? "",
    schemaJson: stringifyField(described, "schema") ?? "",
    // Not strict unless it is asked for, as at OpenAI: strict schemas must have a form that others have not.
    strict: described.boolean("strict") ?? false,
  };
  return { format: { case: "jsonSchema", value } };
}
