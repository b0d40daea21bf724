import { afterEach, beforeEach, expect, test } from "vitest";
import { createSchemaChecker, type SchemaChecker } from "../../../src/failover/attempt/schema-check.ts";

let checker: SchemaChecker;
beforeEach(() => {
  checker = createSchemaChecker();
});
afterEach(() => checker.close());

const PERSON = JSON.stringify({
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name"],
});

test.each([
  ["fits", '{"name":"Inès","age":4}', undefined],
  ["misses a key", '{"age":4}', "the answer breaks its schema: required at #"],
  ["has another type", '{"name":"Inès","age":"4"}', "the answer breaks its schema: type at #/age"],
])("an answer that %s", async (_, text, expected) => {
  expect(await checker.check(PERSON, text)).toBe(expected);
});

test("a schema whose pattern backtracks for ever ends after a second, and the next check works", async () => {
  const evil = JSON.stringify({ type: "string", pattern: "^(a+)+$" });
  const [stuck, fine] = await Promise.all([
    checker.check(evil, JSON.stringify(`${"a".repeat(40)}!`)),
    checker.check(PERSON, '{"name":"Inès"}'),
  ]);
  expect(stuck).toMatch("could not be checked");
  expect(fine).toBeUndefined();
});

test.each([
  ["is no schema", "[1]"],
  ["refers to itself for ever", JSON.stringify({ $ref: "#" })],
  ["has a broken pattern", JSON.stringify({ type: "object", patternProperties: { "(": {} } })],
])("a schema that %s is a fault of the answer's check, not of the process", async (_, schema) => {
  const fault = await checker.check(schema, '{"name":"Inès"}');
  expect(fault === undefined || fault.startsWith("the answer")).toBe(true);
});
