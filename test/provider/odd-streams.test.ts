import { expect, test } from "vitest";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { readsStream, sumUp } from "./read-answer.ts";

function chats(...chunks: readonly (object | string)[]): Buffer {
  return Buffer.from(
    chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join(""),
  );
}

function says(delta: object, finishReason: string | null = null): object {
  return { id: "c1", choices: [{ index: 0, delta, finish_reason: finishReason }] };
}

const callsTool = (args: string, index = 0): object =>
  says({ tool_calls: [{ index, id: `a${index}`, function: { name: "f", arguments: args } }] });

const CHAT_STREAMS: readonly (readonly [what: string, stream: Buffer, text: string, end: number | string])[] = [
  ["an unknown finish reason", chats(says({ content: "a" }, "weird"), "[DONE]"), "a", "truncated"],
  ["an end in capitals", chats(says({ content: "a" }, "STOP"), "[DONE]"), "a", FinishReason.STOP],
  ["a finish reason that every object knows", chats(says({}, "__proto__"), "[DONE]"), "", "truncated"],
  [
    "more tool calls than any model makes",
    chats(...Array.from({ length: 1_001 }, (_, index) => callsTool("{}", index)), says({}, "tool_calls")),
    "",
    "malformed",
  ],
  ["a refusal by the filter before text", chats(says({}, "content_filter")), "", "content-filtered"],
  [
    "an error instead of a chunk",
    chats(says({ content: "a" }), { error: { code: "server_error", message: "x" } }),
    "a",
    "server-error",
  ],
  [
    "events without data, and an error that says nothing",
    Buffer.concat([Buffer.from("data:\n\n"), chats({ ...says({ content: "a" }, "stop"), error: {} }, "[DONE]")]),
    "a",
    FinishReason.STOP,
  ],
  ["a numbered error", chats({ error: { code: 429, message: "x" } }), "", "rate-limited"],
  [
    "an error behind the end",
    chats(says({ content: "a" }, "stop"), { error: { message: "x" } }),
    "a",
    FinishReason.STOP,
  ],
  ["a tool call cut by the limit", chats(callsTool('{"a":'), says({}, "length")), "", FinishReason.LENGTH],
  ["a tool call that is no JSON", chats(callsTool('{"a":'), says({}, "tool_calls")), "", "malformed"],
  ["a tool call whose arguments are a list", chats(callsTool("[]"), says({}, "tool_calls")), "", "malformed"],
  ["a forced call that ends with stop", chats(callsTool("{}"), says({}, "stop")), "", FinishReason.TOOL_CALLS],
  [
    "an older function call",
    chats(says({ function_call: { name: "f", arguments: "{}" } }), says({}, "function_call")),
    "",
    FinishReason.TOOL_CALLS,
  ],
  [
    "other choices than the first",
    chats(
      { choices: [{ index: 1, delta: { content: "no" }, finish_reason: "stop" }] },
      says({ content: "yes" }, "stop"),
    ),
    "yes",
    FinishReason.STOP,
  ],
  ["parts instead of text", chats(says({ content: [{ type: "text", text: "a" }] }, "stop")), "a", FinishReason.STOP],
  [
    "values of wrong types",
    chats(
      "null",
      "5",
      "[]",
      { choices: 5 },
      { choices: [null, 5] },
      says({ content: 5, tool_calls: {} }),
      says({ content: "a" }, "stop"),
    ),
    "a",
    FinishReason.STOP,
  ],
  ["an event that is no JSON", Buffer.from('data: {"a"\n\n'.repeat(2)), "", "malformed"],
  ["a page", Buffer.from("<html>data: {}</html>"), "", "malformed"],
  ["an empty body", Buffer.from(""), "", "truncated"],
  [
    "half a character at the end",
    Buffer.concat([chats(says({ content: "a" })), Buffer.from('data: "é').subarray(0, 8)]),
    "a",
    "truncated",
  ],
  [
    "bytes that are no UTF-8",
    Buffer.concat([
      Buffer.from('data: {"choices":[{"delta":{"content":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"},"finish_reason":"stop"}]}\n\n'),
    ]),
    "\ufffd\ufffd",
    FinishReason.STOP,
  ],
];

test.each(CHAT_STREAMS)("openai-chat reads %s", async (_what, stream, text, end) => {
  const told = sumUp(await readsStream("openai-chat", [stream]));
  expect([told.text, told.end]).toEqual([text, end]);
});

function messages(...events: readonly { type: string; [key: string]: unknown }[]): Buffer {
  return Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

const START = { type: "message_start", message: { id: "m", model: "x", usage: { input_tokens: 3, output_tokens: 1 } } };
const stops = (reason: string): { type: string; delta: object } => ({
  type: "message_delta",
  delta: { stop_reason: reason },
});
const opens = (block: object): { type: string; index: number; content_block: object } => ({
  type: "content_block_start",
  index: 0,
  content_block: block,
});
const delta = (inner: object): { type: string; index: number; delta: object } => ({
  type: "content_block_delta",
  index: 0,
  delta: inner,
});
const CLOSE = { type: "content_block_stop", index: 0 };
const SAY = [opens({ type: "text", text: "a" }), CLOSE];
const TOOL = opens({ type: "tool_use", id: "t", name: "f", input: {} });

const MESSAGE_STREAMS: readonly (readonly [what: string, stream: Buffer, text: string, end: number | string])[] = [
  ["an unknown stop reason", messages(START, ...SAY, stops("compaction")), "a", "truncated"],
  ["a stop reason that every object knows", messages(START, ...SAY, stops("constructor")), "a", "truncated"],
  [
    "more tool calls than any model makes",
    messages(
      START,
      ...Array.from({ length: 1_001 }, (_, index) => [
        { ...TOOL, index },
        { ...CLOSE, index },
      ]).flat(),
      stops("tool_use"),
    ),
    "",
    "malformed",
  ],
  ["a paused turn", messages(START, ...SAY, stops("pause_turn")), "a", "truncated"],
  ["a full context window", messages(START, ...SAY, stops("model_context_window_exceeded")), "a", FinishReason.LENGTH],
  [
    "a stop reason while a block is open",
    messages(START, opens({ type: "text", text: "a" }), stops("end_turn")),
    "a",
    "truncated",
  ],
  [
    "the end of the message while a block is open",
    messages(START, opens({ type: "text", text: "a" }), stops("end_turn"), { type: "message_stop" }),
    "a",
    FinishReason.STOP,
  ],
  [
    "unknown events, blocks and deltas",
    messages(
      START,
      { type: "brand_new" },
      opens({ type: "new_block" }),
      delta({ type: "new_delta" }),
      CLOSE,
      ...SAY,
      stops("end_turn"),
    ),
    "a",
    FinishReason.STOP,
  ],
  [
    "a tool call cut by the limit",
    messages(START, TOOL, delta({ type: "input_json_delta", partial_json: '{"a' }), CLOSE, stops("max_tokens")),
    "",
    FinishReason.LENGTH,
  ],
  [
    "a tool call that is no JSON",
    messages(START, TOOL, delta({ type: "input_json_delta", partial_json: '{"a' }), CLOSE, stops("tool_use")),
    "",
    "malformed",
  ],
  [
    "a rate limit inside the stream",
    messages(START, { type: "error", error: { type: "rate_limit_error", message: "x" } }),
    "",
    "rate-limited",
  ],
  [
    "an internal error inside the stream",
    messages(START, { type: "error", error: { type: "api_error", message: "x" } }),
    "",
    "server-error",
  ],
  ["a message that stops without a reason", messages(START, ...SAY, { type: "message_stop" }), "a", "truncated"],
  [
    "the other dialect's mark",
    Buffer.concat([messages(START, ...SAY), Buffer.from("data: [DONE]\n\n")]),
    "a",
    "truncated",
  ],
];

test.each(MESSAGE_STREAMS)("anthropic-messages reads %s", async (_what, stream, text, end) => {
  const told = sumUp(await readsStream("anthropic-messages", [stream]));
  expect([told.text, told.end]).toEqual([text, end]);
});

test("tool calls are delivered with the finish reason only", async () => {
  const stream = messages(START, TOOL, delta({ type: "input_json_delta", partial_json: "{}" }), CLOSE);
  const events = await readsStream("anthropic-messages", [stream], "cut");
  expect(events.map((event) => event.kind)).toEqual(["model", "usage", "toolCallGrew", "toolCallGrew", "failed"]);
});

test("a tool call whose input comes with its block is whole", async () => {
  const block = opens({ type: "tool_use", id: "t", name: "f", input: { a: 1 } });
  const told = sumUp(await readsStream("anthropic-messages", [messages(START, block, CLOSE, stops("tool_use"))]));
  expect(told.calls).toEqual([{ id: "t", name: "f", argumentsJson: '{"a":1}' }]);
});

test("parallel calls that share a number are told apart by their ids", async () => {
  const call = (id: string, name: string, args: string): object =>
    says({ tool_calls: [{ index: 0, id, function: { name, arguments: args } }] });
  const stream = chats(call("A", "f", ""), call("B", "g", '{"a":2}'), says({}, "tool_calls"));
  expect(sumUp(await readsStream("openai-chat", [stream])).calls).toEqual([
    { id: "A", name: "f", argumentsJson: "{}" },
    { id: "B", name: "g", argumentsJson: '{"a":2}' },
  ]);
});

const countsUsage = { id: "c1", choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } };

test.each<[what: string, chunks: (object | string)[], text: string, calls: number, end: number | string]>([
  ["text", [says({ content: "On" }, "stop"), says({ content: "ce" }), "[DONE]"], "Once", 0, FinishReason.STOP],
  [
    "text where each chunk has usage",
    [
      { ...says({ content: "On" }, "stop"), usage: { prompt_tokens: 1, completion_tokens: 1 } },
      says({ content: "ce" }, "stop"),
      "[DONE]",
    ],
    "Once",
    0,
    FinishReason.STOP,
  ],
  [
    "a second call, with a reason of its own",
    [callsTool("{}", 0), says({}, "stop"), callsTool("{}", 1), says({}, "tool_calls"), countsUsage],
    "",
    2,
    FinishReason.TOOL_CALLS,
  ],
  [
    "the rest of a call",
    [callsTool('{"a"', 0), says({}, "tool_calls"), callsTool(":1}", 0), "[DONE]"],
    "",
    1,
    FinishReason.TOOL_CALLS,
  ],
  ["no rest of a call", [callsTool('{"a"', 0), says({}, "tool_calls"), "[DONE]"], "", 0, "malformed"],
  [
    "a later limit",
    [says({ content: "On" }, "stop"), says({ content: "ce" }, "length"), "[DONE]"],
    "Once",
    0,
    FinishReason.LENGTH,
  ],
])("what comes behind the first finish reason counts: %s", async (_, chunks, text, calls, end) => {
  const told = sumUp(await readsStream("openai-chat", [chats(...chunks)]));
  expect(told).toMatchObject({ text, end });
  expect(told.calls).toHaveLength(calls);
});
