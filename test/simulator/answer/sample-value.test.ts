import { expect, test } from "vitest";
import { sampleValue } from "../../../src/simulator/answer/sample-value.ts";

test.each([
  { schema: { type: "string", enum: ["a", "b"] }, value: "a" },
  { schema: { const: 7 }, value: 7 },
  { schema: { type: ["null", "integer"], minimum: 3 }, value: 3 },
  { schema: { type: "number", maximum: 0.5 }, value: 0.5 },
  { schema: { type: "integer", exclusiveMinimum: 4 }, value: 5 },
  { schema: { type: "boolean" }, value: true },
  { schema: { type: "null" }, value: null },
  { schema: { type: "string", format: "date" }, value: "2026-11-02" },
  { schema: { type: "string", maxLength: 3 }, value: "a v" },
  { schema: { anyOf: [{ type: "boolean" }, { type: "null" }] }, value: true },
  { schema: { type: "array", items: { type: "integer" }, minItems: 3 }, value: [1, 1, 1] },
  { schema: { type: "array", items: { type: "integer" }, maxItems: 1 }, value: [1] },
  { schema: { type: "object", properties: {} }, value: {} },
  {
    schema: { $ref: "#/$defs/port", $defs: { port: { type: "object", properties: { open: { type: "boolean" } } } } },
    value: { open: true },
  },
])("a sample of $schema", ({ schema, value }) => {
  expect(sampleValue(schema)).toEqual(value);
});

test("a schema that refers to itself comes to an end", () => {
  const schema = { type: "object", properties: { next: { $ref: "#" } } };
  expect(JSON.stringify(sampleValue(schema)).length).toBeLessThan(200);
});

test("without a schema any object will do", () => {
  expect(sampleValue(undefined)).toHaveProperty("title");
});
