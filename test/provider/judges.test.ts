import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { readFixture, readsStream, sumUp } from "./read-answer.ts";
import { servesUpstream, streams } from "./serve-upstream.ts";

interface Judged {
  text: string;
  calls: { name: string; argumentsJson: string }[];
  outputTokens: number | undefined;
  end: string | null;
}

/** What OpenAI's own package reads. */
async function openaiReads(body: Buffer): Promise<Judged> {
  await using served = await servesUpstream(streams(body));
  const client = new OpenAI({ apiKey: "key", baseURL: served.endpoint, maxRetries: 0 });
  const judged: Judged = { text: "", calls: [], outputTokens: undefined, end: null };
  const stream = await client.chat.completions.create({
    model: "m",
    messages: [{ role: "user", content: "What?" }],
    stream: true,
  });
  for await (const chunk of stream) {
    judged.outputTokens = chunk.usage?.completion_tokens ?? judged.outputTokens;
    const choice = chunk.choices[0];
    judged.text += (choice?.delta.content ?? "") + (choice?.delta.refusal ?? "");
    judged.end = choice?.finish_reason || judged.end;
    for (const { index, function: called } of choice?.delta.tool_calls ?? []) {
      const call = (judged.calls[index] ??= { name: "", argumentsJson: "" });
      call.name += called?.name ?? "";
      call.argumentsJson += called?.arguments ?? "";
    }
  }
  return judged;
}

/** What Anthropic's own package reads. */
async function anthropicReads(body: Buffer): Promise<Judged> {
  await using served = await servesUpstream(streams(body));
  const client = new Anthropic({ apiKey: "key", baseURL: served.endpoint, maxRetries: 0 });
  const message = await client.messages
    .stream({ model: "claude-sonnet-5", max_tokens: 100, messages: [{ role: "user", content: "What?" }] })
    .finalMessage();
  const judged: Judged = { text: "", calls: [], outputTokens: message.usage.output_tokens, end: message.stop_reason };
  for (const block of message.content) {
    if (block.type === "text") judged.text += block.text;
    if (block.type === "tool_use") judged.calls.push({ name: block.name, argumentsJson: JSON.stringify(block.input) });
  }
  return judged;
}

const OPENAI_ENDS: Readonly<Record<string, number>> = {
  stop: FinishReason.STOP,
  length: FinishReason.LENGTH,
  tool_calls: FinishReason.TOOL_CALLS,
  content_filter: FinishReason.CONTENT_FILTER,
};

test.each([
  "openai/text.sse",
  "openai/length.sse",
  "openai/tool-calls.sse",
  "azure/chat-text.sse",
  "azure/chat-filtered.sse",
  "compatible/usage-in-each-chunk.sse",
  "compatible/reasoning.sse",
  "compatible/comments-crlf.sse",
])("agrees with the openai package on %s", async (name) => {
  const judged = await openaiReads(readFixture(name));
  const told = sumUp(await readsStream("openai-chat", [readFixture(name)]));
  expect(told.text).toBe(judged.text);
  expect(told.calls.map(({ id: _id, ...call }) => call)).toEqual(judged.calls);
  expect(told.outputTokens).toBe(judged.outputTokens);
  expect(told.end).toBe(OPENAI_ENDS[judged.end ?? ""]);
});

test("agrees with the openai package on a refusal, which only its text tells from a stop", async () => {
  const judged = await openaiReads(readFixture("openai/refusal.sse"));
  const told = sumUp(await readsStream("openai-chat", [readFixture("openai/refusal.sse")]));
  expect([told.text, told.outputTokens]).toEqual([judged.text, judged.outputTokens]);
  expect([told.end, judged.end]).toEqual([FinishReason.REFUSAL, "stop"]);
});

const ANTHROPIC_ENDS: Readonly<Record<string, number>> = {
  end_turn: FinishReason.STOP,
  max_tokens: FinishReason.LENGTH,
  tool_use: FinishReason.TOOL_CALLS,
  refusal: FinishReason.REFUSAL,
};

test.each(["anthropic/text.sse", "anthropic/max-tokens.sse", "anthropic/thinking-tools.sse", "anthropic/refusal.sse"])(
  "agrees with the anthropic package on %s",
  async (name) => {
    const judged = await anthropicReads(readFixture(name));
    const told = sumUp(await readsStream("anthropic-messages", [readFixture(name)]));
    expect(told.text).toBe(judged.text);
    const calls = told.calls.map((call) => ({
      name: call.name,
      argumentsJson: JSON.stringify(JSON.parse(call.argumentsJson)),
    }));
    expect(calls).toEqual(judged.calls);
    expect(told.outputTokens).toBe(judged.outputTokens);
    expect(told.end).toBe(ANTHROPIC_ENDS[judged.end ?? ""]);
  },
);

test("the openai package takes a cut stream for complete, and the reader does not", async () => {
  const whole = readFixture("openai/text.sse");
  const cut = whole.subarray(0, whole.indexOf("🎭"));
  const judged = await openaiReads(cut.subarray(0, cut.lastIndexOf("\n\n") + 2));
  expect([judged.text, judged.end]).toEqual(["Grüße, 世界 ", null]);
  expect(sumUp(await readsStream("openai-chat", [cut])).end).toBe("truncated");
});

test("the anthropic package takes a stream without its end for one that only lacks a stop reason", async () => {
  const whole = readFixture("anthropic/text.sse");
  const cut = whole.subarray(0, whole.indexOf("event: content_block_stop"));
  await using served = await servesUpstream(streams(cut));
  const client = new Anthropic({ apiKey: "key", baseURL: served.endpoint, maxRetries: 0 });
  const events: string[] = [];
  const stream = await client.messages.create({
    model: "claude-sonnet-5",
    max_tokens: 100,
    messages: [{ role: "user", content: "What?" }],
    stream: true,
  });
  for await (const event of stream) events.push(event.type);
  expect(events.at(-1)).toBe("content_block_delta");
  expect(sumUp(await readsStream("anthropic-messages", [cut])).end).toBe("truncated");
});

test("the anthropic package throws at an error inside the stream, and the reader says the same kind", async () => {
  await expect(anthropicReads(readFixture("anthropic/overloaded.sse"))).rejects.toThrow(/overloaded_error/);
  expect(sumUp(await readsStream("anthropic-messages", [readFixture("anthropic/overloaded.sse")])).end).toBe(
    "overloaded",
  );
});
