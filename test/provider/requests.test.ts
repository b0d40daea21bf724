import type Anthropic from "@anthropic-ai/sdk";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type OpenAI from "openai";
import { expect, test } from "vitest";
import { PrefillForm } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import type { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  ReasoningOptions_Effort as Effort,
  Role,
  ToolChoice_Mode,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { UpstreamRequest } from "../../src/call/upstream.ts";
import { makeBody as makeMessagesBody } from "../../src/provider/dialect/anthropic-messages/request.ts";
import { makeBody as makeChatBody } from "../../src/provider/dialect/openai-chat/request.ts";
import { fitRequest } from "../../src/provider/fit/fit-request.ts";
import { sealOpaque } from "../../src/provider/opaque.ts";
import { claudeRoute, compatibleRoute, gptRoute } from "./route-settings.ts";
import { asks } from "./upstream-request.ts";

type Fields = MessageInitShape<typeof CompleteRequestSchema>;

/** The body must also satisfy the vendor's own types. */
function chat(
  request: UpstreamRequest,
  settings = gptRoute(),
): Omit<OpenAI.ChatCompletionCreateParamsStreaming, "service_tier"> {
  const fitted = fitRequest(request, settings, new Map()).request;
  // The classes of service are any vendor's words.
  const { service_tier: _, ...body } = makeChatBody(fitted, settings);
  return body satisfies Omit<OpenAI.ChatCompletionCreateParamsStreaming, "service_tier">;
}

/** The body must also satisfy the vendor's own types. */
function messages(
  request: UpstreamRequest,
  settings = claudeRoute(),
): Omit<Anthropic.MessageCreateParamsStreaming, "service_tier"> {
  const fitted = fitRequest(request, settings, new Map()).request;
  const { service_tier: _, ...body } = makeMessagesBody(fitted, settings);
  return body satisfies Omit<Anthropic.MessageCreateParamsStreaming, "service_tier">;
}

/** What Claude gets for `call.1`, which it would refuse. */
const CALL_ID = "toolu_067ef8600172349e20";

const QUESTION = { role: "user", content: "What?" };
const QUESTION_TURN = { role: "user", content: [{ type: "text", text: "What?" }] };
const owner = { dialect: "anthropic-messages", model: "claude-sonnet-5" };

/** Everything that a conversation can hold. */
const CONVERSATION: NonNullable<Fields["messages"]> = [
  { role: Role.SYSTEM, text: "Be brief." },
  {
    role: Role.USER,
    parts: [
      { kind: { case: "text", value: "Look:" } },
      {
        kind: {
          case: "image",
          value: { source: { case: "inline", value: new Uint8Array([1, 2]) }, mediaType: "image/png" },
        },
      },
      { kind: { case: "image", value: { source: { case: "url", value: "https://x.example/a.png" } } } },
    ],
  },
  {
    role: Role.ASSISTANT,
    parts: [
      { kind: { case: "reasoning", value: { text: "Hm.", opaque: sealOpaque(owner, "signature", "sig") } } },
      { kind: { case: "reasoning", value: { opaque: sealOpaque(owner, "encrypted", "enc") } } },
      {
        kind: {
          case: "reasoning",
          value: { text: "Foreign.", opaque: sealOpaque({ ...owner, model: "x" }, "signature", "s") },
        },
      },
      { kind: { case: "reasoning", value: { text: "Unsigned." } } },
      { kind: { case: "text", value: "I ask." } },
      { kind: { case: "toolCall", value: { id: "call.1", name: "f", argumentsJson: '{"a":1}' } } },
      { kind: { case: "toolCall", value: { id: "c2", name: "g", argumentsJson: "{}" } } },
    ],
  },
  { role: Role.TOOL, parts: [{ kind: { case: "toolResult", value: { toolCallId: "call.1", text: "one" } } }] },
  {
    role: Role.TOOL,
    parts: [{ kind: { case: "toolResult", value: { toolCallId: "c2", text: "no", isError: true } } }],
  },
  { role: Role.USER, text: "And?" },
];

test("openai-chat writes every part of a conversation but reasoning", () => {
  expect(chat(asks({ messages: CONVERSATION })).messages).toEqual([
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "Look:" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AQI=" } },
        { type: "image_url", image_url: { url: "https://x.example/a.png" } },
      ],
    },
    {
      role: "assistant",
      content: "I ask.",
      tool_calls: [
        { id: "call.1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
        { id: "c2", type: "function", function: { name: "g", arguments: "{}" } },
      ],
    },
    { role: "tool", tool_call_id: "call.1", content: "one" },
    { role: "tool", tool_call_id: "c2", content: "Error: no" },
    { role: "user", content: "And?" },
  ]);
});

const CALLS = [
  { type: "text", text: "I ask." },
  { type: "tool_use", id: CALL_ID, name: "f", input: { a: 1 } },
  { type: "tool_use", id: "c2", name: "g", input: {} },
];

test("anthropic-messages writes every part of a conversation, and reasoning of the same model only", () => {
  const body = messages(asks({ messages: CONVERSATION }));
  expect(body.system).toEqual([{ type: "text", text: "Be brief." }]);
  expect(body.messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "Look:" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: "AQI=" } },
        { type: "image", source: { type: "url", url: "https://x.example/a.png" } },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "sig" },
        { type: "redacted_thinking", data: "enc" },
        ...CALLS,
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: CALL_ID, content: "one" },
        { type: "tool_result", tool_use_id: "c2", content: "no", is_error: true },
        { type: "text", text: "And?" },
      ],
    },
  ]);
});

test.each([
  ["it was refused", { withoutReasoning: true }, claudeRoute()],
  ["the model is another", {}, claudeRoute({ model: "claude-opus-5" })],
])("anthropic-messages leaves all reasoning out when %s", (_when, rest, settings) => {
  expect(messages(asks({ messages: CONVERSATION }, rest), settings).messages[1]?.content).toEqual(CALLS);
});

test.each([
  ["nothing but a question", {}, {}],
  [
    "sampling",
    { temperature: 0, topP: 0.5, seed: 7n, stopSequences: ["END"] },
    { temperature: 0, top_p: 0.5, seed: 7, stop: ["END"] },
  ],
  ["a limit", { maxOutputTokens: 9 }, { max_completion_tokens: 9 }],
  [
    "a JSON object",
    { responseFormat: { format: { case: "jsonObject", value: {} } } },
    { response_format: { type: "json_object" } },
  ],
  [
    "a schema",
    { responseFormat: { format: { case: "jsonSchema", value: { schemaJson: '{"type":"object"}' } } } },
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", schema: { type: "object" }, strict: false },
      },
    },
  ],
] satisfies readonly (readonly [string, Fields, object])[])("openai-chat writes %s", (_what, fields, written) => {
  expect(chat(asks(fields))).toEqual({
    model: "gpt-4.1",
    messages: [QUESTION],
    stream: true,
    stream_options: { include_usage: true },
    ...written,
  });
});

test("compatible servers get the older name of the limit", () => {
  expect(chat(asks({ maxOutputTokens: 9 }), compatibleRoute())).toMatchObject({ max_tokens: 9 });
});

test.each([
  [Effort.UNSPECIFIED, "gpt-5.4", undefined],
  [Effort.NONE, "gpt-5.4", "none"],
  [Effort.NONE, "gpt-5-mini", "minimal"],
  [Effort.NONE, "o3", "low"],
  [Effort.HIGH, "gpt-5.4", "high"],
  [Effort.HIGH, "gpt-4.1", undefined],
])("openai-chat writes effort %i for %s as %s", (effort, model, written) => {
  expect(chat(asks({ reasoning: { effort } }), gptRoute({ model })).reasoning_effort).toBe(written);
});

const TOOLS: NonNullable<Fields["tools"]> = [
  { name: "f", description: "Does.", schemaJson: '{"type":"object"}', strict: true },
];

test.each([
  [{ choice: { case: "mode", value: ToolChoice_Mode.AUTO } }, "auto", { type: "auto" }],
  [{ choice: { case: "mode", value: ToolChoice_Mode.NONE } }, "none", { type: "none" }],
  [{ choice: { case: "mode", value: ToolChoice_Mode.REQUIRED } }, "required", { type: "any" }],
  [
    { choice: { case: "tool", value: "f" } },
    { type: "function", function: { name: "f" } },
    { type: "tool", name: "f" },
  ],
  [{ parallelCalls: false }, undefined, { type: "auto", disable_parallel_tool_use: true }],
] satisfies readonly (readonly [Fields["toolChoice"], unknown, unknown])[])(
  "both write the tool choice %o",
  (toolChoice, chatChoice, messagesChoice) => {
    const request = asks({ tools: TOOLS, toolChoice });
    expect(chat(request).tools).toEqual([
      { type: "function", function: { name: "f", description: "Does.", parameters: { type: "object" }, strict: true } },
    ]);
    expect(chat(request).tool_choice).toEqual(chatChoice);
    expect(messages(request).tools).toEqual([
      { name: "f", description: "Does.", input_schema: { type: "object" }, strict: true },
    ]);
    expect(messages(request).tool_choice).toEqual(messagesChoice);
  },
);

test.each([
  ["nothing but a question", {}, { max_tokens: 64_000 }],
  [
    "sampling",
    { temperature: 0, topP: 0.5, seed: 7n, stopSequences: ["END"] },
    { max_tokens: 64_000, stop_sequences: ["END"] },
  ],
  ["a limit", { maxOutputTokens: 9 }, { max_tokens: 9 }],
  [
    "a schema",
    { responseFormat: { format: { case: "jsonSchema", value: { schemaJson: '{"type":"object"}' } } } },
    { max_tokens: 64_000, output_config: { format: { type: "json_schema", schema: { type: "object" } } } },
  ],
  [
    "effort and a look at it",
    { reasoning: { effort: Effort.LOW, include: true } },
    { max_tokens: 64_000, thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
  ],
  ["no reasoning", { reasoning: { effort: Effort.NONE } }, { max_tokens: 64_000, thinking: { type: "disabled" } }],
] satisfies readonly (readonly [string, Fields, object])[])(
  "anthropic-messages writes %s",
  (_what, fields, written) => {
    expect(messages(asks(fields))).toEqual({
      model: "claude-sonnet-5",
      messages: [QUESTION_TURN],
      stream: true,
      ...written,
    });
  },
);

test("anthropic-messages asks for a JSON object by a system text", () => {
  const body = messages(asks({ responseFormat: { format: { case: "jsonObject", value: {} } } }));
  expect(body.system).toEqual([{ type: "text", text: "Answer with one JSON object and no other text." }]);
});

test.each([
  [20_000, { type: "enabled", budget_tokens: 8_192 }],
  [4_000, { type: "enabled", budget_tokens: 2_000 }],
  [1_500, undefined],
])("older Claude reasons by a budget within %i tokens", (maxOutputTokens, thinking) => {
  const request = asks({ maxOutputTokens, reasoning: { effort: Effort.MEDIUM } });
  expect(messages(request, claudeRoute({ model: "claude-sonnet-4-5" })).thinking).toEqual(thinking);
});

test("a model that nobody knows gets 8192 tokens", () => {
  expect(messages(asks(), claudeRoute({ model: "llama" })).max_tokens).toBe(8_192);
});

const BEGUN = { text: "Once upon", instruction: "Go on." } as const;

test("both ask to go on by an instruction", () => {
  const request = asks({}, { continuation: { form: "instruct", ...BEGUN } });
  expect(chat(request).messages).toEqual([
    QUESTION,
    { role: "assistant", content: "Once upon" },
    { role: "user", content: "Go on." },
  ]);
  expect(messages(request).messages).toEqual([
    QUESTION_TURN,
    { role: "assistant", content: [{ type: "text", text: "Once upon" }] },
    { role: "user", content: [{ type: "text", text: "Go on." }] },
  ]);
});

test.each([
  [PrefillForm.UNSPECIFIED, {}, {}],
  [PrefillForm.PREFIX, { prefix: true }, {}],
  [PrefillForm.CONTINUE_FINAL_MESSAGE, {}, { continue_final_message: true, add_generation_prompt: false }],
])("openai-chat writes prefill form %i", (prefillForm, onMessage, onBody) => {
  const request = asks({}, { continuation: { form: "prefill", ...BEGUN } });
  const body = chat(request, compatibleRoute({ prefillForm }));
  expect(body).toMatchObject(onBody);
  expect(body.messages.at(-1)).toEqual({ role: "assistant", content: "Once upon", ...onMessage });
});

test("anthropic-messages writes a prefill as the last turn and leaves reasoning out", () => {
  const fields = { reasoning: { effort: Effort.HIGH } };
  const body = messages(
    asks(fields, { continuation: { form: "prefill", ...BEGUN } }),
    claudeRoute({ model: "claude-sonnet-4-5" }),
  );
  expect(body.messages.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "Once upon" }] });
  expect(body.thinking).toBeUndefined();
});

test("anthropic-messages leaves reasoning out where a tool must be called", () => {
  const toolChoice = { choice: { case: "tool", value: "f" } } as const;
  const body = messages(asks({ tools: TOOLS, toolChoice, reasoning: { effort: Effort.HIGH } }));
  expect([body.thinking, body.output_config]).toEqual([undefined, undefined]);
});
