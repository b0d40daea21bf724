import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { type Part, PartSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { estimateInputTokens } from "../../src/plan/input-tokens.ts";

type Init = Exclude<MessageInitShape<typeof CompleteRequestSchema>, CompleteRequest>;
type PartInit = NonNullable<Exclude<MessageInitShape<typeof PartSchema>, Part>["kind"]>;

const estimate = (request: Init): number => estimateInputTokens(create(CompleteRequestSchema, request));

/** Seven characters for each two tokens. */
const tokens = (count: number): string => "a".repeat(count * 3.5);

const part = (kind: PartInit): Init => ({ messages: [{ parts: [{ kind }] }] });

test.each<[string, Init, number]>([
  ["nothing", {}, 0],
  ["the text of a message", { messages: [{ text: tokens(10) }] }, 10],
  ["the text of every message", { messages: [{ text: tokens(10) }, { text: tokens(4) }] }, 14],
  ["a part of text", part({ case: "text", value: tokens(10) }), 10],
  [
    "every part",
    { messages: [{ parts: [tokens(10), tokens(2)].map((value) => ({ kind: { case: "text", value } })) }] },
    12,
  ],
  ["a call's name", part({ case: "toolCall", value: { name: tokens(10) } }), 10],
  ["a call's arguments", part({ case: "toolCall", value: { argumentsJson: tokens(10) } }), 10],
  ["what a tool returned", part({ case: "toolResult", value: { text: tokens(10) } }), 10],
  ["earlier reasoning", part({ case: "reasoning", value: { text: tokens(10) } }), 10],
  ["its signature", part({ case: "reasoning", value: { opaque: tokens(10) } }), 10],
  ["a picture, however large", part({ case: "image", value: { source: { case: "url", value: tokens(10) } } }), 1_300],
  ["a tool's name", { tools: [{ name: tokens(10) }] }, 10],
  ["a tool's description", { tools: [{ description: tokens(10) }] }, 10],
  ["a tool's schema", { tools: [{ schemaJson: tokens(10) }] }, 10],
  ["every tool", { tools: [{ name: tokens(10) }, { name: tokens(2) }] }, 12],
  [
    "the schema of the answer",
    { responseFormat: { format: { case: "jsonSchema", value: { schemaJson: tokens(10) } } } },
    10,
  ],
  ["JSON without a schema", { responseFormat: { format: { case: "jsonObject", value: {} } } }, 0],
  ["what was delivered before", { resume: { deliveredText: tokens(10) } }, 10],
])("counts %s", (_, request, expected) => {
  expect(estimate(request)).toBe(expected);
});

test("counts a begun token as one, once for the whole request", () => {
  expect(estimate({ messages: [{ text: "a" }] })).toBe(1);
  expect(estimate({ messages: [{ text: "a" }, { text: "b" }, { text: "c" }] })).toBe(1);
});

test("adds pictures to the text beside them", () => {
  const image = { kind: { case: "image" as const, value: {} } };
  const text = { kind: { case: "text" as const, value: tokens(10) } };
  expect(estimate({ messages: [{ parts: [image, text] }, { parts: [image] }] })).toBe(2_610);
});
