import Anthropic, { APIError, BadRequestError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";

const ASK = {
  model: "claude-sonnet-5",
  max_tokens: 4_096,
  messages: [{ role: "user", content: "Tell me about the ferry." }],
} satisfies Anthropic.MessageCreateParams;

const TOOLS: Anthropic.Tool[] = ["weather", "harbour"].map((name) => ({
  name,
  input_schema: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
}));

function clientOf(simulator: Simulator, base = ""): Anthropic {
  return new Anthropic({ apiKey: "key", baseURL: simulator.url + base, maxRetries: 0 });
}

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

test.each(["", "/anthropic"])("streams the story with its usage at %s/v1/messages", async (base) => {
  const simulator = await startSimulator();
  const message = await clientOf(simulator, base).messages.stream(ASK).finalMessage();
  await simulator.close();
  expect(textOf(message)).toBe(STORY);
  expect(message).toMatchObject({ role: "assistant", model: "claude-sonnet-5", stop_reason: "end_turn" });
  expect(message.usage).toMatchObject({ input_tokens: 6, output_tokens: Math.ceil(STORY.length / 4) });
});

test("answers in one body", async () => {
  const simulator = await startSimulator();
  const { data, request_id } = await clientOf(simulator).messages.create(ASK).withResponse();
  await simulator.close();
  expect(textOf(data)).toBe(STORY);
  expect(data).toMatchObject({ stop_reason: "end_turn", usage: { output_tokens: Math.ceil(STORY.length / 4) } });
  expect(request_id).toBe("req_simulator000001");
});

test("sends events in the vendor's order", async () => {
  const simulator = await startSimulator();
  const stream = await clientOf(simulator).messages.create({
    ...ASK,
    model: "claude+reasoning=1",
    max_tokens: 2,
    stream: true,
  });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  await simulator.close();
  expect(types).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test.each([
  { limits: { max_tokens: 20 }, expected: { stop_reason: "max_tokens", stop_sequence: null } },
  {
    limits: { stop_sequences: ["old harbour"] },
    expected: { stop_reason: "stop_sequence", stop_sequence: "old harbour" },
  },
])("keeps to $limits", async ({ limits, expected }) => {
  const simulator = await startSimulator();
  const streamed = await clientOf(simulator)
    .messages.stream({ ...ASK, ...limits })
    .finalMessage();
  const whole = await clientOf(simulator).messages.create({ ...ASK, ...limits });
  await simulator.close();
  for (const message of [streamed, whole]) {
    expect(message).toMatchObject(expected);
    expect(STORY.startsWith(textOf(message))).toBe(true);
    expect(message.usage.output_tokens).toBe(Math.ceil(textOf(message).length / 4));
  }
});

test.each([
  { model: "claude", choice: "any", names: ["weather"] },
  { model: "claude+tool-call=3", choice: "auto", names: ["weather"] },
  { model: "claude+two-tool-calls", choice: "auto", names: ["weather", "harbour"] },
  { model: "claude", choice: "auto", names: [] },
] as const)("$model calls $names when the choice is $choice", async ({ model, choice, names }) => {
  const simulator = await startSimulator();
  const ask: Anthropic.MessageCreateParamsNonStreaming = { ...ASK, model, tools: TOOLS, tool_choice: { type: choice } };
  const streamed = await clientOf(simulator).messages.stream(ask).finalMessage();
  const whole = await clientOf(simulator).messages.create(ask);
  await simulator.close();
  for (const message of [streamed, whole]) {
    const calls = message.content.filter((block) => block.type === "tool_use");
    expect(calls.map((call) => call.name)).toEqual(names);
    for (const call of calls) expect(call.input).toEqual({ city: "a city — été", days: 1 });
    expect(message.stop_reason).toBe(names.length > 0 ? "tool_use" : "end_turn");
  }
});

test.each([
  { model: "claude+reasoning=3", thinking: undefined },
  { model: "claude", thinking: { type: "enabled", budget_tokens: 1_024 } },
] as const)("thinks in a signed block ($model)", async ({ model, thinking }) => {
  const simulator = await startSimulator();
  const ask = { ...ASK, model, ...(thinking === undefined ? {} : { thinking }) };
  const streamed = await clientOf(simulator).messages.stream(ask).finalMessage();
  const whole = await clientOf(simulator).messages.create(ask);
  await simulator.close();
  for (const message of [streamed, whole]) {
    expect(message.content.map((block) => block.type)).toEqual(["thinking", "text"]);
    expect(message.content[0]).toMatchObject({ signature: expect.stringMatching(/.+/u) });
    expect(message.usage.output_tokens_details?.thinking_tokens).toBeGreaterThan(0);
  }
  expect(streamed.content).toMatchObject([
    { thinking: expect.stringContaining("The reader wants"), signature: expect.any(String) },
    { text: STORY },
  ]);
});

test("answers in JSON that fits the schema, or breaks it on command", async () => {
  const simulator = await startSimulator();
  const schema = { type: "object", properties: { hour: { type: "integer", minimum: 9 } }, required: ["hour"] };
  const ask = { ...ASK, output_config: { format: { type: "json_schema", schema } } } as const;
  const fits = await clientOf(simulator).messages.create(ask);
  const breaks = await clientOf(simulator).messages.create({ ...ask, model: "claude+break-schema" });
  await simulator.close();
  expect(JSON.parse(textOf(fits))).toEqual({ hour: 9 });
  expect(JSON.parse(textOf(breaks))).not.toHaveProperty("hour");
});

test("counts images", async () => {
  const simulator = await startSimulator();
  const source = { type: "base64", media_type: "image/png", data: "AAAA" } as const;
  const message = await clientOf(simulator).messages.create({
    ...ASK,
    messages: [
      {
        role: "user",
        content: [
          { type: "image", source },
          { type: "text", text: "What?" },
        ],
      },
    ],
  });
  await simulator.close();
  expect(simulator.requests[0]?.imageCount).toBe(1);
  expect(message.usage.input_tokens).toBe(1_002);
});

test.each([
  {
    what: "a prefill that ends in white space",
    change: { messages: [...ASK.messages, { role: "assistant", content: "The " }] },
    says: "trailing whitespace",
  },
  { what: "a message without content", change: { messages: [{ role: "user", content: "" }] }, says: "non-empty" },
  { what: "no message", change: { messages: [] }, says: "at least one message" },
  { what: "no token limit", change: { max_tokens: undefined }, says: "max_tokens: Field required" },
  { what: "sampling in a version that has none", change: { temperature: 0.5 }, says: "temperature" },
])("refuses $what", async ({ change, says }) => {
  const simulator = await startSimulator();
  const call = clientOf(simulator).post("/v1/messages", {
    body: { ...ASK, ...change },
    headers: { "anthropic-version": "2026-10-21" },
  });
  const error: unknown = await call.catch((reason: unknown) => reason);
  await simulator.close();
  expect(error).toBeInstanceOf(BadRequestError);
  expect(String(error)).toContain(says);
});

test("says a vendor's errors so that the client knows them", async () => {
  const simulator = await startSimulator();
  const call = clientOf(simulator).messages.create({ ...ASK, model: "claude+status=529" });
  const error: unknown = await call.catch((reason: unknown) => reason);
  await simulator.close();
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ status: 529, type: "overloaded_error", requestID: "req_simulator000001" });
});

test("says errors inside a stream so that the client knows them", async () => {
  const simulator = await startSimulator();
  const message = clientOf(simulator)
    .messages.stream({ ...ASK, model: "claude+error=3" })
    .finalMessage();
  const error: unknown = await message.catch((reason: unknown) => reason);
  await simulator.close();
  expect(error).toMatchObject({ type: "overloaded_error", requestID: "req_simulator000001" });
});

test("lists models", async () => {
  const simulator = await startSimulator();
  const { data } = await clientOf(simulator).models.list();
  await simulator.close();
  expect(data.map((model) => model.id)).toContain("claude-sonnet-5");
});
