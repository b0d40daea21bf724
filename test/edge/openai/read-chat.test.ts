import { create, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";

import { CompleteRequestSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { CallRefused, type FieldViolation } from "../../../src/call/refusal.ts";
import { type Chat, readChat } from "../../../src/edge/openai/read-chat.ts";
import { validateRequest } from "../../../src/service/validate-request.ts";

const KINDS = new Map([
  ["summaries", "workload"],
  ["first", "route"],
  ["second", "route"],
] as const);

const ASK = { model: "summaries", messages: [{ role: "user", content: "Hello" }] };

function read(body: object): Chat {
  const known: ReadonlyMap<string, "workload" | "route"> = KINDS;
  const kindOf = (name: string) => known.get(name) ?? (name.includes("/") ? "route" : undefined);
  return readChat({ ...ASK, ...body }, kindOf);
}

/** The request of a chat as the API's JSON, checked as the service does. */
function requestOf(body: object): unknown {
  const { request } = read(body);
  validateRequest(request);
  return toJson(CompleteRequestSchema, request, { useProtoFieldName: true });
}

function violationsOf(body: object): readonly FieldViolation[] {
  try {
    read(body);
    return [];
  } catch (error) {
    return error instanceof CallRefused ? (error.refusal.violations ?? []) : [];
  }
}

test.each<[string, object, object]>([
  ["a workload", {}, { workload: "summaries" }],
  ["a route", { model: "first" }, { routing: { primary: "first" } }],
  ["a model of a provider", { model: "azure/gpt-5.5" }, { routing: { primary: "azure/gpt-5.5" } }],
  [
    "a route with models behind it",
    { model: "first", models: ["first", "second"] },
    { routing: { primary: "first", backups: ["second"] } },
  ],
  [
    "models alone",
    { model: null, models: ["first", "second"] },
    { routing: { primary: "first", backups: ["second"] } },
  ],
  ["fallbacks as names", { fallbacks: ["first"] }, { workload: "summaries", routing: { backups: ["first"] } }],
  [
    "fallbacks as objects",
    { fallbacks: [{ model: "first" }, { model: "second" }] },
    { workload: "summaries", routing: { backups: ["first", "second"] } },
  ],
  [
    "the API's own routing",
    { routing: { backups: ["first"], policy: { stall_timeout: "3s" } } },
    { workload: "summaries", routing: { backups: ["first"], policy: { stall_timeout: "3s" } } },
  ],
  ["routing without a model", { model: null, routing: { primary: "first" } }, { routing: { primary: "first" } }],
  [
    "a policy beside a route",
    { model: "first", routing: { policy: { max_attempts: 2 } } },
    { routing: { primary: "first", policy: { max_attempts: 2 } } },
  ],
])("goes where the client says: %s", (_, body, expected) => {
  const { messages, ...rest } = Object(requestOf(body));
  expect(messages).toHaveLength(1);
  expect(rest).toEqual(expected);
});

test.each<[string, object, object]>([
  ["max_tokens", { max_tokens: 9 }, { max_output_tokens: 9 }],
  ["max_completion_tokens before max_tokens", { max_completion_tokens: 7, max_tokens: 9 }, { max_output_tokens: 7 }],
  ["temperature and top_p", { temperature: 0, top_p: 0.5 }, { temperature: 0, top_p: 0.5 }],
  ["seed", { seed: 42 }, { seed: "42" }],
  ["one stop", { stop: "END" }, { stop_sequences: ["END"] }],
  ["several stops", { stop: ["a", "b"] }, { stop_sequences: ["a", "b"] }],
  ["no stop", { stop: null }, {}],
  ["reasoning_effort", { reasoning_effort: "minimal" }, { reasoning: { effort: "EFFORT_MINIMAL" } }],
  [
    "reasoning that comes back",
    {
      messages: [
        { role: "user", content: "Hello" },
        {
          role: "assistant",
          content: "Yes.",
          reasoning_content: "Hm.",
          reasoning_details: [
            { type: "reasoning.text", text: "Hm.", signature: "s", index: 0 },
            { type: "reasoning.encrypted", data: "e", index: 1 },
          ],
        },
      ],
    },
    {
      messages: [
        { role: "ROLE_USER", text: "Hello" },
        {
          role: "ROLE_ASSISTANT",
          parts: [{ reasoning: { text: "Hm.", opaque: "s" } }, { reasoning: { opaque: "e" } }, { text: "Yes." }],
        },
      ],
    },
  ],
  ["include_reasoning", { include_reasoning: true }, { reasoning: { include: true } }],
  [
    "reasoning as an object",
    { reasoning: { effort: "high", include: true } },
    { reasoning: { effort: "EFFORT_HIGH", include: true } },
  ],
  ["plain text", { response_format: { type: "text" } }, {}],
  ["a JSON object", { response_format: { type: "json_object" } }, { response_format: { json_object: {} } }],
  [
    "a JSON schema",
    { response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } } },
    { response_format: { json_schema: { name: "x", schema_json: '{"type":"object"}', strict: false } } },
  ],
  [
    "labels that fit",
    { user: "u1", metadata: { team: "a", long: "x".repeat(200), line: "a\nb" } },
    { labels: { team: "a", user: "u1" } },
  ],
  ["a choice without tools", { tool_choice: "none", parallel_tool_calls: false }, {}],
  [
    "fields that only its wire format knows",
    { store: true, made_up: [1] },
    { dialect_fields: [{ dialect: "openai-chat", fields_json: '{"store":true,"made_up":[1]}' }] },
  ],
  [
    "options",
    { service_tier: "auto", presence_penalty: 0, frequency_penalty: 1.5, verbosity: "low", prompt_cache_key: "k" },
    {
      service_tier: "auto",
      presence_penalty: 0,
      frequency_penalty: 1.5,
      verbosity: "VERBOSITY_LOW",
      prompt_cache_key: "k",
    },
  ],
  ["fields that ask for nothing", { n: 1, logprobs: false, logit_bias: {}, modalities: ["text"], audio: null }, {}],
])("reads %s", (_, body, expected) => {
  const messages = [{ role: "ROLE_USER", text: "Hello" }];
  expect(requestOf(body)).toEqual({ workload: "summaries", messages, ...expected });
});

test("reads tools and the choice among them", () => {
  const tools = [
    {
      type: "function",
      function: { name: "weather", description: "Tells", parameters: { type: "object" }, strict: true },
    },
    { type: "function", function: { name: "harbour" } },
  ];
  const tool_choice = { type: "function", function: { name: "harbour" } };
  expect(requestOf({ tools, tool_choice, parallel_tool_calls: false })).toMatchObject({
    tools: [
      { name: "weather", description: "Tells", schema_json: '{"type":"object"}', strict: true },
      { name: "harbour", schema_json: '{"type":"object","properties":{}}' },
    ],
    tool_choice: { tool: "harbour", parallel_calls: false },
  });
});

test("reads a conversation with pictures, calls and results, each message in its place", () => {
  const messages = [
    { role: "developer", content: "Be brief" },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AQID", detail: "low" } },
        { type: "image_url", image_url: { url: "https://example.com/a.png" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: "" } }],
    },
    {
      role: "tool",
      tool_call_id: "c1",
      content: [
        { type: "text", text: "a " },
        { type: "text", text: "ferry" },
      ],
    },
    { role: "assistant", content: "A ferry" },
    { role: "user", content: "Thanks" },
  ];
  expect(Object(requestOf({ messages })).messages).toEqual([
    { role: "ROLE_SYSTEM", text: "Be brief" },
    {
      role: "ROLE_USER",
      parts: [
        { text: "What is this?" },
        { image: { inline: "AQID", media_type: "image/png" } },
        { image: { url: "https://example.com/a.png" } },
      ],
    },
    { role: "ROLE_ASSISTANT", parts: [{ tool_call: { id: "c1", name: "look", arguments_json: "{}" } }] },
    { role: "ROLE_TOOL", parts: [{ tool_result: { tool_call_id: "c1", text: "a ferry" } }] },
    { role: "ROLE_ASSISTANT", parts: [{ text: "A ferry" }] },
    { role: "ROLE_USER", text: "Thanks" },
  ]);
});

/** JSON of so many levels. */
function nest(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

test.each<[string, object, string]>([
  ["several answers", { n: 2 }, "n"],
  ["log probabilities", { logprobs: true }, "logprobs"],
  ["log probabilities by number", { top_logprobs: 3 }, "top_logprobs"],
  ["biased tokens", { logit_bias: { "1": 2 } }, "logit_bias"],
  ["sound", { audio: { voice: "x" } }, "audio"],
  ["sound among the modalities", { modalities: ["text", "audio"] }, "modalities"],
  ["a prediction", { prediction: {} }, "prediction"],
  ["a web search", { web_search_options: {} }, "web_search_options"],
  ["functions of old", { functions: [{ name: "x" }] }, "functions"],
  ["a model that is no string", { model: 7 }, "model"],
  ["no model", { model: undefined }, "model"],
  ["messages that are no list", { messages: "Hello" }, "messages"],
  ["a message that is no object", { messages: ["Hello"] }, "messages[0]"],
  ["an unknown role", { messages: [{ role: "critic", content: "x" }] }, "messages[0].role"],
  ["content that is no text", { messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
  [
    "sound in a message",
    { messages: [{ role: "user", content: [{ type: "input_audio" }] }] },
    "messages[0].content[0].type",
  ],
  [
    "a broken picture",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,%%" } }] }] },
    "messages[0].content[0].image_url.url",
  ],
  [
    "a picture without address",
    { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
    "messages[0].content[0].image_url",
  ],
  ["a tool that is no function", { tools: [{ type: "custom" }] }, "tools[0].type"],
  ["a choice that is not known", { tools: [], tool_choice: "sometimes" }, "tool_choice"],
  [
    "a schema too deep to write",
    { tools: [{ type: "function", function: { name: "x", parameters: nest(20_000) } }] },
    "tools[0].function.parameters",
  ],
  ["routing too deep to read", { routing: nest(20_000) }, "routing"],
  ["routing that is no object", { routing: "first" }, "routing"],
  ["routing with a value that is none", { routing: { policy: { stall_timeout: 3 } } }, "routing.policy.stall_timeout"],
  ["routing with an unknown field", { routing: { bakups: [] } }, "routing.bakups"],
  ["backups twice", { models: ["first"], routing: { backups: ["second"] } }, "routing.backups"],
  ["two primaries", { model: "first", routing: { primary: "second" } }, "routing.primary"],
  ["an unknown effort", { reasoning_effort: "enormous" }, "reasoning_effort"],
  ["no tokens", { max_tokens: 0 }, "max_tokens"],
  ["half a token", { max_completion_tokens: 1.5 }, "max_completion_tokens"],
  ["a stop that is no text", { stop: [1] }, "stop[0]"],
  ["an unknown form", { response_format: { type: "xml" } }, "response_format.type"],
])("refuses %s by name", (_, body, field) => {
  expect(violationsOf(body).map((violation) => violation.field)).toEqual([field]);
});

test("a model that is not configured is refused as such", () => {
  expect(() => read({ model: "nobody" })).toThrow("model nobody is neither a workload nor a route");
});

test("a request of the API and its twin in a chat are the same", () => {
  const { request } = read({});
  expect(request).toEqual(
    create(CompleteRequestSchema, { workload: "summaries", messages: [{ role: 2, text: "Hello" }] }),
  );
});
