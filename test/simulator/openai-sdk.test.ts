import OpenAI, { APIError, AuthenticationError, RateLimitError } from "openai";
import { expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";

const ASK = { model: "gpt-5.5", messages: [{ role: "user", content: "Tell me about the ferry." }] } as const;

const TOOLS: OpenAI.ChatCompletionTool[] = ["weather", "harbour"].map((name) => ({
  type: "function",
  function: {
    name,
    parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
  },
}));

const ARGUMENTS = '{"city":"a city — été","days":1}';

function clientOf(simulator: Simulator, base = "/v1"): OpenAI {
  return new OpenAI({ apiKey: "key", baseURL: simulator.url + base, maxRetries: 0 });
}

test("streams the story with its usage", async () => {
  const simulator = await startSimulator();
  const stream = clientOf(simulator).chat.completions.stream({
    ...ASK,
    messages: [...ASK.messages],
    stream_options: { include_usage: true },
  });
  const completion = await stream.finalChatCompletion();
  await simulator.close();
  expect(completion.choices[0]).toMatchObject({
    finish_reason: "stop",
    message: { role: "assistant", content: STORY },
  });
  const outputTokens = Math.ceil(STORY.length / 4);
  expect(completion.usage).toMatchObject({ prompt_tokens: 6, completion_tokens: outputTokens });
  expect(completion.model).toBe("gpt-5.5");
});

test("sends no usage in a stream unless it is asked for", async () => {
  const simulator = await startSimulator();
  const stream = await clientOf(simulator).chat.completions.create({
    ...ASK,
    messages: [...ASK.messages],
    stream: true,
  });
  const usages: unknown[] = [];
  for await (const chunk of stream) usages.push(chunk.usage);
  await simulator.close();
  expect(usages.every((usage) => usage === undefined)).toBe(true);
});

test("answers in one body", async () => {
  const simulator = await startSimulator();
  const { data, request_id } = await clientOf(simulator)
    .chat.completions.create({ ...ASK, messages: [...ASK.messages] })
    .withResponse();
  await simulator.close();
  expect(data.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: STORY } });
  expect(data.usage?.total_tokens).toBe(6 + Math.ceil(STORY.length / 4));
  expect(request_id).toBe("req_simulator000001");
});

test.each([{ stream: true }, { stream: false }])("keeps to the token limit (streamed: $stream)", async ({ stream }) => {
  const simulator = await startSimulator();
  const ask = { ...ASK, messages: [...ASK.messages], max_completion_tokens: 20 };
  const chat = clientOf(simulator).chat.completions;
  const completion = stream
    ? await chat.stream({ ...ask, stream_options: { include_usage: true } }).finalChatCompletion()
    : await chat.create(ask);
  await simulator.close();
  const text = completion.choices[0]?.message.content ?? "";
  expect(completion.choices[0]?.finish_reason).toBe("length");
  expect(STORY.startsWith(text)).toBe(true);
  expect(completion.usage?.completion_tokens).toBe(Math.ceil(text.length / 4));
  expect(completion.usage?.completion_tokens).toBeLessThanOrEqual(20);
});

test("ends before the first stop sequence", async () => {
  const simulator = await startSimulator();
  const completion = await clientOf(simulator).chat.completions.create({
    ...ASK,
    messages: [...ASK.messages],
    stop: ["captain", "old harbour"],
  });
  await simulator.close();
  expect(completion.choices[0]).toMatchObject({
    finish_reason: "stop",
    message: { content: "The night ferry *Amélie* left the " },
  });
});

test.each([
  { fault: "", choice: "required", names: ["weather"] },
  { fault: "+tool-call", choice: "auto", names: ["weather"] },
  { fault: "+two-tool-calls", choice: "auto", names: ["weather", "harbour"] },
  { fault: "+tool-call", choice: "none", names: [] },
  { fault: "", choice: "auto", names: [] },
] as const)("$fault calls $names when the choice is $choice", async ({ fault, choice, names }) => {
  const simulator = await startSimulator();
  const ask = { ...ASK, model: `gpt${fault}`, messages: [...ASK.messages], tools: TOOLS, tool_choice: choice };
  const streamed = await clientOf(simulator).chat.completions.stream(ask).finalChatCompletion();
  const whole = await clientOf(simulator).chat.completions.create(ask);
  await simulator.close();
  for (const completion of [streamed, whole]) {
    const calls = completion.choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => (call.type === "function" ? call.function.name : ""))).toEqual(names);
    for (const call of calls) expect(call).toMatchObject({ function: { arguments: ARGUMENTS } });
    expect(completion.choices[0]?.finish_reason).toBe(names.length > 0 ? "tool_calls" : "stop");
  }
});

test("answers in text once the tool has answered", async () => {
  const simulator = await startSimulator();
  const completion = await clientOf(simulator).chat.completions.create({
    model: "gpt+tool-call",
    tools: TOOLS,
    messages: [
      ...ASK.messages,
      {
        role: "assistant",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "fog" },
    ],
  });
  await simulator.close();
  expect(completion.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: STORY } });
});

test("answers in JSON that fits the schema", async () => {
  const simulator = await startSimulator();
  const schema = {
    type: "object",
    properties: { port: { enum: ["north", "south"] }, hour: { type: "integer", minimum: 9 } },
  };
  const completion = await clientOf(simulator).chat.completions.create({
    ...ASK,
    messages: [...ASK.messages],
    response_format: { type: "json_schema", json_schema: { name: "ferry", schema } },
  });
  await simulator.close();
  expect(JSON.parse(completion.choices[0]?.message.content ?? "")).toEqual({ port: "north", hour: 9 });
});

test("counts images", async () => {
  const simulator = await startSimulator();
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } } as const;
  const completion = await clientOf(simulator).chat.completions.create({
    model: "gpt",
    messages: [{ role: "user", content: [{ type: "text", text: "What?" }, image, image] }],
  });
  await simulator.close();
  expect(simulator.requests[0]?.imageCount).toBe(2);
  expect(completion.usage?.prompt_tokens).toBe(2_002);
});

test("sends reasoning as compatible servers do", async () => {
  const simulator = await startSimulator();
  const ask = { ...ASK, model: "deepseek+reasoning=3", messages: [...ASK.messages] };
  const stream = await clientOf(simulator).chat.completions.create({ ...ask, stream: true });
  const reasoning: string[] = [];
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta ?? {};
    if ("reasoning_content" in delta) reasoning.push(String(delta.reasoning_content));
  }
  const whole = await clientOf(simulator).chat.completions.create(ask);
  await simulator.close();
  expect(reasoning).toEqual(["The", " reader", " wants"]);
  expect(whole.choices[0]?.message).toMatchObject({ reasoning_content: "The reader wants" });
  expect(whole.usage?.completion_tokens_details?.reasoning_tokens).toBe(4);
});

test("answers at Azure's path of a deployment, whose first chunk has no choice", async () => {
  const simulator = await startSimulator();
  const client = clientOf(simulator, "/openai/deployments/gpt-5.5");
  const stream = await client.chat.completions.create({ ...ASK, messages: [...ASK.messages], stream: true });
  const choiceCounts: number[] = [];
  let text = "";
  for await (const chunk of stream) {
    choiceCounts.push(chunk.choices.length);
    text += chunk.choices[0]?.delta.content ?? "";
  }
  await simulator.close();
  expect(choiceCounts[0]).toBe(0);
  expect(text).toBe(STORY);
});

test("says a vendor's errors so that the client knows them", async () => {
  const simulator = await startSimulator();
  const client = clientOf(simulator);
  const call = client.chat.completions.create({ ...ASK, model: "gpt+retry-after=3", messages: [...ASK.messages] });
  const error: unknown = await call.catch((reason: unknown) => reason);
  await simulator.close();
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded", requestID: "req_simulator000001" });
});

test("says errors inside a stream so that the client knows them", async () => {
  const simulator = await startSimulator();
  const ask = { ...ASK, model: "gpt+error=3", messages: [...ASK.messages] };
  const completion = clientOf(simulator).chat.completions.stream(ask).finalChatCompletion();
  await expect(completion).rejects.toThrow(APIError);
  await simulator.close();
});

test("lists models", async () => {
  const simulator = await startSimulator();
  const { data } = await clientOf(simulator).models.list();
  await simulator.close();
  expect(data.map((model) => model.id)).toContain("gpt-5.5");
});

test("wants the key if it has one", async () => {
  const simulator = await startSimulator({ apiKey: "secret" });
  const ask = { ...ASK, messages: [...ASK.messages] };
  const wrong: unknown = await clientOf(simulator)
    .chat.completions.create(ask)
    .catch((reason: unknown) => reason);
  const client = new OpenAI({ apiKey: "secret", baseURL: `${simulator.url}/v1`, maxRetries: 0 });
  const right = await client.chat.completions.create(ask);
  await simulator.close();
  expect(wrong).toBeInstanceOf(AuthenticationError);
  expect(right.choices[0]?.message.content).toBe(STORY);
});
