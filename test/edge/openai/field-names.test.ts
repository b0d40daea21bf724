import { expect, test } from "vitest";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { renameFields } from "../../../src/edge/door/rename-fields.ts";
import { nameField } from "../../../src/edge/openai/field-names.ts";

const BODY = {
  models: ["a"],
  messages: [
    { role: "user", content: [{ type: "text", text: "" }, { type: "image_url" }] },
    { role: "assistant", content: "x", tool_calls: [{}] },
    { role: "tool", tool_call_id: "c", content: "" },
    { role: "assistant", content: null, tool_calls: [{}] },
  ],
};

test.each([
  ["workload", "model"],
  ["routing.primary", "model"],
  ["routing.backups[0]", "models"],
  ["messages[0].role", "messages[0].role"],
  ["messages[4].text", "messages[4].content"],
  ["messages[0].parts[0].text", "messages[0].content[0].text"],
  ["messages[0].parts[1].image.url", "messages[0].content[1].image_url.url"],
  ["messages[1].parts[0].text", "messages[1].content"],
  ["messages[1].parts[1].tool_call.arguments_json", "messages[1].tool_calls[0].function.arguments"],
  ["messages[3].parts[0].tool_call.name", "messages[3].tool_calls[0].function.name"],
  ["messages[3].parts[0].tool_call.id", "messages[3].tool_calls[0].id"],
  ["messages[2].parts[0].tool_result.tool_call_id", "messages[2].tool_call_id"],
  ["messages[2].parts[0].tool_result.text", "messages[2].content"],
  ["tools[3].schema_json", "tools[3].function.parameters"],
  ["tools[3].name", "tools[3].function.name"],
  ["response_format.json_schema.schema_json", "response_format.json_schema.schema"],
  ["stop_sequences[2]", "stop[2]"],
  ["max_output_tokens", "max_completion_tokens"],
  ["temperature", "temperature"],
])("%s is %s at OpenAI", (field, name) => {
  const violations = [{ field, description: "is wrong" }];
  const invalid = { reason: ErrorReason.INVALID_REQUEST, message: "", violations };
  const refusal = renameFields(invalid, (path) => nameField(path, BODY));
  expect(refusal.violations).toEqual([{ field: name, description: "is wrong" }]);
  expect(refusal.message).toBe(`the request is not valid: ${name} is wrong`);
});
