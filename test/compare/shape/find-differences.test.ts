import { expect, test } from "vitest";
import { ShapeDifference_Kind as Kind } from "../../../gen/ts/understudy/v1/comparison_service_pb.ts";
import { FinishReason } from "../../../gen/ts/understudy/v1/conversation_pb.ts";
import { findDifferences } from "../../../src/compare/shape/find-differences.ts";
import { asksForJson, calls, type Said, shapeOf } from "./make-shape.ts";

const LONG = "A sentence of a story that goes on for a while. ".repeat(4);
const json = (value: unknown): Said => ({ text: JSON.stringify(value), request: asksForJson() });
const bySchema = (value: unknown, schemaFault?: string): Said => ({
  text: JSON.stringify(value),
  request: asksForJson("{}"),
  schemaFault,
});

test.each<[string, Said, Said, [kind: keyof typeof Kind, path: string, expected: string, actual: string][]]>([
  ["the same text", { text: LONG }, { text: LONG.toUpperCase() }, []],
  ["a short text and a shorter one", { text: "Yes, of course." }, { text: "Yes." }, []],
  [
    "less than half of the text",
    { text: LONG },
    { text: LONG.slice(0, 90) },
    [["LENGTH", "", "192 characters", "90 characters"]],
  ],
  ["other values", json({ a: 1, b: ["x"] }), json({ a: 2, b: ["y", "z"] }), []],
  ["another order of keys", json({ a: 1, b: 2 }), json({ b: 2, a: 1 }), []],
  ["an empty list", json({ a: [{ b: 1 }] }), json({ a: [] }), []],
  ["a missing key", json({ a: 1, b: { c: 2 } }), json({ a: 1 }), [["KEYS", "/b", "object", "nothing"]]],
  [
    "a further key",
    json({ a: [{ b: 1 }] }),
    json({ a: [{ b: 1, "c/d": 1 }] }),
    [["KEYS", "/a/*/c~1d", "nothing", "number"]],
  ],
  [
    "another type",
    json({ a: 1, b: { c: 2 } }),
    json({ a: "1", b: [2] }),
    [
      ["TYPES", "/a", "number", "string"],
      ["TYPES", "/b", "object", "array"],
    ],
  ],
  ["null for a text", json({ a: "x" }), json({ a: null }), [["TYPES", "/a", "string", "null"]]],
  [
    "text for JSON",
    json({ a: 1 }),
    { text: "Here it is: a", request: asksForJson() },
    [["JSON_INVALID", "", "JSON", "no JSON"]],
  ],
  ["JSON in a block of code that nobody asked for", { text: '{"a":1}' }, { text: '```json\n{"a":2}\n```' }, []],
  [
    "a broken schema",
    bySchema({ a: 1 }),
    bySchema({ a: 2 }, "at /a"),
    [["SCHEMA_BROKEN", "", "follows the schema", "breaks the schema"]],
  ],
  [
    "a tool that is not called",
    { tools: [calls("f", "{}")] },
    { text: LONG },
    [["TOOL_NAMES", "f", "called once", "not called"]],
  ],
  [
    "a tool that is called twice",
    { tools: [calls("f", "{}")] },
    { tools: [calls("f", "{}"), calls("f", "{}")] },
    [["TOOL_NAMES", "f", "called once", "called 2 times"]],
  ],
  [
    "tools in another order",
    { tools: [calls("f", "{}"), calls("g", "{}")] },
    { tools: [calls("g", "{}"), calls("f", "{}")] },
    [],
  ],
  [
    "other arguments",
    { tools: [calls("f", '{"n":1}')] },
    { tools: [calls("f", '{"n":"1"}')] },
    [["TOOL_ARGUMENTS", "f/n", "number", "string"]],
  ],
  [
    "another finish reason",
    { text: LONG },
    { text: LONG, finish: FinishReason.LENGTH },
    [["FINISH_REASON", "", "stop", "length"]],
  ],
  [
    "a refusal by finish reason",
    { text: LONG },
    { finish: FinishReason.REFUSAL },
    [["REFUSAL", "", "answered", "declined"]],
  ],
  [
    "a refusal in words",
    { text: LONG },
    { text: "I'm sorry, but I can't help with that." },
    [["REFUSAL", "", "answered", "declined"]],
  ],
  ["an empty answer", { text: LONG }, {}, [["EMPTY", "", "an answer", "an empty answer"]]],
  [
    "a heading",
    { text: LONG },
    { text: `# Story\n\n${LONG}` },
    [["STRUCTURE", "headings", "has no headings", "has headings"]],
  ],
  [
    "a list",
    { text: LONG },
    { text: `${LONG}\n1. one\n2. two` },
    [["STRUCTURE", "lists", "has no lists", "has lists"]],
  ],
  [
    "a block of code",
    { text: LONG },
    { text: `${LONG}\n\`\`\`js\nx\n\`\`\`` },
    [["STRUCTURE", "code", "has no code", "has code"]],
  ],
  [
    "a table",
    { text: LONG },
    { text: `${LONG}\n| a | b |\n|---|---|\n| 1 | 2 |` },
    [["STRUCTURE", "tables", "has no tables", "has tables"]],
  ],
])("tells %s", async (_, expected, actual, differences) => {
  const found = findDifferences(await shapeOf(expected), await shapeOf(actual));
  expect(found.map(({ kind, path, expected: wanted, actual: given }) => [kind, path, wanted, given])).toEqual(
    differences.map(([kind, ...rest]) => [Kind[kind], ...rest]),
  );
});

test("tells at most twenty differences", async () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, index]));
  expect(findDifferences(await shapeOf(json(many)), await shapeOf(json({})))).toHaveLength(20);
});

test("keeps nothing of the text in a shape", async () => {
  const shape = await shapeOf({ text: '{"title":"a secret"}', tools: [calls("f", '{"n":"another secret"}')] });
  expect(
    JSON.stringify(shape, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
  ).not.toContain("secret");
});
