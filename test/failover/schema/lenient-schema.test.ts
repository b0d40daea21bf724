import { describe, expect, test } from "vitest";
import { judgeAnswer } from "../../../src/failover/schema/schema-worker.ts";

function judge(schema: unknown, answer: unknown) {
  return judgeAnswer({
    schemaJson: JSON.stringify(schema),
    text: JSON.stringify(answer),
    begunAtNs: new BigInt64Array(new SharedArrayBuffer(8)),
  });
}

const having = (a: object, more: object = {}) => ({ type: "object", properties: { a }, ...more });

const DEFS = { Tag: { type: "string", nullable: true } };

describe.each<[string, object, right: unknown, wrong: unknown]>([
  ["an escaped hyphen", { type: "string", pattern: "^\\d{3}\\-\\d{4}$" }, "555-1234", "5551234"],
  ["an escaped at sign", { type: "string", pattern: "^\\w+\\@\\w+\\.de$" }, "a@b.de", "a.b.de"],
  ["an escaped quote, slash and underscore", { pattern: "^\\\"\\/\\_\\'$" }, "\"/_'", "/_"],
  ["bare braces", { pattern: "^{\\w{2}}$" }, "{ab}", "{a}"],
  ["a bare bracket", { pattern: "^a]$" }, "a]", "a"],
  ["a hyphen beside a class", { pattern: "^[\\w-.]+$" }, "a-b.c", "a b"],
  ["an escaped hyphen in a class", { pattern: "^[a\\-z]+$" }, "a-z", "b"],
  ["a name as Python writes it", { pattern: "^(?P<year>\\d{4})$" }, "2026", "26"],
  ["anchors as Python writes them", { pattern: "\\Aab\\Z" }, "ab", "abc"],
  ["a flag at the beginning", { pattern: "(?i)^ab$" }, "AB", "AC"],
  ["a bound of draft 4", { minimum: 0, exclusiveMinimum: true }, 1, 0],
  ["an upper bound of draft 4", { maximum: 5, exclusiveMaximum: true }, 4, 5],
  ["a bound that is not exclusive", { minimum: 0, exclusiveMinimum: false }, 0, -1],
  ["nullable with a type", { type: "string", nullable: true }, null, 1],
  ["nullable with choices", { type: "string", enum: ["x"], nullable: true }, null, "y"],
  ["nullable with a reference", { nullable: true, allOf: [{ type: "integer" }] }, null, "x"],
  ["a list of schemas in items", { items: [{ type: "string" }], additionalItems: false }, ["x"], ["x", 1]],
  ["required on the property, of draft 3", { type: "string", required: true }, "x", 1],
])("a schema with %s", (_, schema, right, wrong) => {
  test("takes what it means", () => expect(judge(having(schema), { a: right })).toEqual({ kind: "fits" }));
  test("refuses what it does not", () => expect(judge(having(schema), { a: wrong })).toMatchObject({ kind: "broken" }));
});

test("null is refused where it is not nullable", () => {
  expect(judge(having({ type: "string" }), { a: null })).toMatchObject({ kind: "broken", keyword: "type" });
});

test("definitions are read wherever they stand, and references to them found", () => {
  const schema = having({ $ref: "#/components/schemas/Tag" }, { components: { schemas: DEFS } });
  expect(judge(schema, { a: null })).toEqual({ kind: "fits" });
  expect(judge(schema, { a: 1 })).toMatchObject({ kind: "broken" });
  const older = having(
    { $ref: "#/definitions/Tag" },
    { definitions: DEFS, $schema: "http://json-schema.org/draft-04/schema#" },
  );
  expect(judge(older, { a: null })).toEqual({ kind: "fits" });
});

test("a keyword's name is a name where properties are named", () => {
  const schema = {
    properties: { pattern: { type: "string" }, nullable: { type: "boolean" }, $ref: { type: "string" } },
  };
  expect(judge(schema, { pattern: "\\", nullable: true, $ref: "x" })).toEqual({ kind: "fits" });
  expect(judge(schema, { pattern: 1 })).toMatchObject({ kind: "broken" });
});

test("what is given as a value is no schema", () => {
  const value = { pattern: "(", nullable: true, type: "string" };
  expect(judge({ const: value }, value)).toEqual({ kind: "fits" });
  expect(judge({ enum: [value] }, value)).toEqual({ kind: "fits" });
});

const EXPRESSION = "a pattern that is no regular expression of ECMAScript";
const ELSEWHERE = "a $ref to a schema that stands elsewhere";

describe("what cannot be checked is left out and told, and the rest is checked:", () => {
  test.each<[string, object, string]>([
    ["a pattern", { pattern: "(" }, EXPRESSION],
    ["a pattern with a possessive quantifier", { pattern: "a++b" }, EXPRESSION],
    ["a reference to another document", { $ref: "https://example.com/schema.json" }, ELSEWHERE],
    ["a reference to another file", { $ref: "common.json#/definitions/a" }, ELSEWHERE],
    ["a reference to nothing", { $ref: "#/definitions/missing" }, ELSEWHERE],
    ["a type of another language", { type: "any" }, "a type that JSON does not have"],
  ])("%s", (_, schema, what) => {
    const checked = having(schema, { required: ["a", "b"] });
    expect(judge(checked, { a: "x", b: 1 })).toEqual({ kind: "unchecked", leftOut: [what] });
    expect(judge(checked, { a: "x" })).toMatchObject({ kind: "broken", keyword: "required" });
  });

  test("a pattern of property names, and with it what other properties there may be", () => {
    const schema = { patternProperties: { "(": {}, "^n": { type: "number" } }, additionalProperties: false };
    expect(judge(schema, { x: 1, n: 1 })).toEqual({ kind: "unchecked", leftOut: [EXPRESSION] });
    expect(judge(schema, { n: "x" })).toMatchObject({ kind: "broken" });
  });
});
