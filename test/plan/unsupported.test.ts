import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  type Part,
  PartSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { CapabilitiesSchema } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { findUnsupported } from "../../src/plan/unsupported.ts";

type Asked = Exclude<MessageInitShape<typeof CompleteRequestSchema>, CompleteRequest>;
type Carried = MessageInitShape<typeof CapabilitiesSchema>;
type PartInit = NonNullable<Exclude<MessageInitShape<typeof PartSchema>, Part>["kind"]>;

const EVERYTHING = { tools: true, images: true, jsonSchema: true, reasoning: true, temperature: true } as const;

function find(asked: Asked, carried: Carried = EVERYTHING, inputTokens = 0) {
  const capabilities = create(CapabilitiesSchema, carried);
  const route = { capabilities, adjustmentsFor: () => [] };
  return findUnsupported(create(CompleteRequestSchema, asked), route, false, inputTokens);
}

const part = (kind: PartInit): Asked => ({ messages: [{ text: "Hello" }, { parts: [{ kind }] }] });
const SCHEMA: Asked = { responseFormat: { format: { case: "jsonSchema", value: { schemaJson: "{}" } } } };

describe("a route that carries all but", () => {
  test.each<[keyof typeof EVERYTHING, string, string, Asked]>([
    ["tools", "tools", "declares tools", { tools: [{ name: "look_up" }] }],
    ["tools", "tools", "has a call in it", part({ case: "toolCall", value: {} })],
    ["tools", "tools", "has a tool's result in it", part({ case: "toolResult", value: {} })],
    ["images", "images", "shows a picture", part({ case: "image", value: {} })],
    ["jsonSchema", "answers by JSON schema", "asks for a schema", SCHEMA],
    ["reasoning", "reasoning effort", "asks for some effort", { reasoning: { effort: Effort.LOW } }],
    ["reasoning", "reasoning effort", "asks for much effort", { reasoning: { effort: Effort.HIGH } }],
  ])("%s does not carry %s for a request that %s", (ability, words, _, asked) => {
    const message = `does not carry ${words}`;
    const found = find(asked, { ...EVERYTHING, [ability]: false });
    expect(found).toEqual({ reason: SkipReason.UNSUPPORTED, message, contextTooLong: false });
    expect(find(asked, { [ability]: true })).toBeUndefined();
  });
});

test.each<[string, Asked]>([
  ["plain text", part({ case: "text", value: "Hello" })],
  ["a JSON object without a schema", { responseFormat: { format: { case: "jsonObject", value: {} } } }],
  ["text by name", { responseFormat: { format: { case: "text", value: {} } } }],
  ["no effort", { reasoning: { effort: Effort.NONE } }],
  ["to see what reasoning there is", { reasoning: { include: true } }],
  ["earlier reasoning", part({ case: "reasoning", value: { text: "Hm." } })],
  ["a largest answer", { maxOutputTokens: 1_000_000 }],
])("a route without any ability carries %s", (_, asked) => {
  expect(find(asked, {}, 1_000_000)).toBeUndefined();
});

test("names everything that is missing, in one sentence", () => {
  const asked = {
    ...part({ case: "image", value: {} }),
    tools: [{ name: "look_up" }],
    reasoning: { effort: Effort.LOW },
  };
  expect(find(asked, { images: true })?.message).toBe("does not carry tools, reasoning effort");
});

test("a route that would adjust a field is passed over only where the policy says so", () => {
  const adjusted = { field: "temperature", reason: "left out: the upstream does not take it" } as const;
  const route = { capabilities: create(CapabilitiesSchema, EVERYTHING), adjustmentsFor: () => [adjusted] };
  const request = create(CompleteRequestSchema, { temperature: 1 });
  expect(findUnsupported(request, route, false, 0)).toBeUndefined();
  expect(findUnsupported(request, route, true, 0)).toEqual({
    reason: SkipReason.UNSUPPORTED,
    message: "does not take temperature as it is given: left out: the upstream does not take it",
    contextTooLong: false,
  });
});

test.each([
  [1_000, true],
  [1_500, true],
  [1_501, false],
])("a window of 1,000 tokens takes an estimate of %i: %s", (inputTokens, carried) => {
  const found = find({}, { contextWindowTokens: 1_000n }, inputTokens);
  const message = `takes 1000 tokens, the request has about ${inputTokens}`;
  expect(found).toEqual(carried ? undefined : { reason: SkipReason.UNSUPPORTED, message, contextTooLong: true });
});

test("a need that is not met comes before any size", () => {
  const small = { contextWindowTokens: 1_000n };
  const effort = { reasoning: { effort: Effort.LOW } };
  expect(find(effort, small, 9_000)?.message).toBe("does not carry reasoning effort");
  expect(find({}, small, 9_000)?.contextTooLong).toBe(true);
});
