import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ResponseFormat_JsonSchemaSchema as JsonSchemaSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { fitSchema } from "../../src/provider/fit/fit-schema.ts";
import { CHAT_RULES, STRICT_RULES } from "../../src/vendor/chat-rules.ts";
import { MESSAGES_RULES } from "../../src/vendor/messages-rules.ts";
import type { SchemaRule } from "../../src/vendor/request-rules.ts";

function fits(schema: object, rule: SchemaRule, strict?: boolean) {
  const asked = create(JsonSchemaSchema, {
    schemaJson: JSON.stringify(schema),
    ...(strict !== undefined && { strict }),
  });
  const { schema: fitted, reason } = fitSchema(asked, rule);
  const written: unknown = JSON.parse(fitted.schemaJson);
  return { written, strict: fitted.strict, reason };
}

const LIMITED = {
  type: "object",
  properties: {
    minimum: { type: "integer", minimum: 1, enum: [1, 2] },
    names: { type: "array", items: { type: "object", properties: { a: { type: "string", maxLength: 3 } } } },
  },
};

test("Claude gets no limits, and closed objects; a property may be named like a limit", () => {
  const { written, reason } = fits(LIMITED, MESSAGES_RULES.schema);
  expect(written).toEqual({
    type: "object",
    properties: {
      minimum: { type: "integer", enum: [1, 2] },
      names: {
        type: "array",
        items: { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
      },
    },
    additionalProperties: false,
  });
  expect(reason).toBe("sent without minimum, maxLength, which the gateway checks");
});

const COMPLETE = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};

test.each<[object, boolean | undefined]>([
  [COMPLETE, undefined],
  [{ ...COMPLETE, required: [] }, false],
  [{ ...COMPLETE, additionalProperties: true }, false],
  [{ ...COMPLETE, properties: { a: { type: "object", properties: {} } } }, false],
  [{ type: "object" }, false],
])("OpenAI follows %j strictly: %s", (schema, strict) => {
  expect(fits(schema, STRICT_RULES.schema)).toMatchObject({ written: schema, strict });
});

test("a schema that fits stays as it is", () => {
  expect(fits(LIMITED, CHAT_RULES.schema)).toEqual({ written: LIMITED, strict: undefined, reason: undefined });
  expect(fits(COMPLETE, MESSAGES_RULES.schema).reason).toBeUndefined();
  expect(fits({ type: "object" }, STRICT_RULES.schema, false).reason).toBeUndefined();
});
