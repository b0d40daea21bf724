/** Checks the form that the answer must have. */

import type { ResponseFormat } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { checkSchema } from "./check-schema.ts";
import { isToolName } from "./text-form.ts";
import type { Violations } from "./violations.ts";

/** Reports a format that is missing, or a schema that cannot be used. */
export function checkResponseFormat({ format }: ResponseFormat, violations: Violations): void {
  if (format.case === undefined) {
    return violations.add("response_format", "is empty", "give text, json_object or json_schema, or leave it out");
  }
  if (format.case !== "jsonSchema") return;
  const { name, schemaJson } = format.value;
  if (name !== "" && !isToolName(name)) {
    const mend = "use 1 to 64 characters of A-Z a-z 0-9 _ -, or leave it out";
    violations.add("response_format.json_schema.name", "is not a valid name", mend);
  }
  checkSchema(schemaJson, false, "response_format.json_schema.schema_json", violations);
}
