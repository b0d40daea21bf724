import { expect, test } from "vitest";
import { FinishReason } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { isMessages, readFixture, readsStream, sumUp, type Told } from "./read-answer.ts";

const GREETING = 'Grüße, 世界 🎭\n"quoted"';
const SEALED = "u1:anthropic-messages:claude-sonnet-5:";

const GOLDEN: readonly (readonly [name: string, told: Partial<Told>])[] = [
  ["openai/text.sse", { text: GREETING, inputTokens: 21, outputTokens: 9, end: FinishReason.STOP }],
  ["openai/length.sse", { text: "Once upon", outputTokens: 2, end: FinishReason.LENGTH }],
  [
    "openai/tool-calls.sse",
    {
      text: "",
      calls: [
        { id: "call_a1", name: "get_weather", argumentsJson: '{"city":"Köln"}' },
        { id: "call_b2", name: "get_time", argumentsJson: "{}" },
      ],
      outputTokens: 31,
      end: FinishReason.TOOL_CALLS,
    },
  ],
  ["openai/refusal.sse", { text: "I can't help with that.", outputTokens: 6, end: FinishReason.REFUSAL }],
  ["azure/chat-text.sse", { text: "Hello there", inputTokens: 10, outputTokens: 3, end: FinishReason.STOP }],
  ["azure/chat-filtered.sse", { text: "Here is", inputTokens: undefined, end: FinishReason.CONTENT_FILTER }],
  ["compatible/usage-in-each-chunk.sse", { text: "One two", inputTokens: 12, outputTokens: 3, end: FinishReason.STOP }],
  ["compatible/reasoning.sse", { text: "42", reasoning: "Let me think.", outputTokens: 20, end: FinishReason.STOP }],
  ["compatible/comments-crlf.sse", { text: "Guten Tag", outputTokens: undefined, end: FinishReason.STOP }],
  ["anthropic/text.sse", { text: GREETING, inputTokens: 132, outputTokens: 15, end: FinishReason.STOP }],
  ["anthropic/max-tokens.sse", { text: "Once upon", inputTokens: 25, outputTokens: 2, end: FinishReason.LENGTH }],
  [
    "anthropic/thinking-tools.sse",
    {
      text: "I look it up.",
      reasoning: "The user wants weather.",
      opaque: [`${SEALED}signature:EqQBCgIYAhIM1gbcDa9GJwZA2b3h`, `${SEALED}encrypted:EmwKAhgBEgy3va3pzix`],
      calls: [
        { id: "toolu_01T1x", name: "get_weather", argumentsJson: '{"city": "Köln"}' },
        { id: "toolu_02T2y", name: "get_time", argumentsJson: "{}" },
      ],
      outputTokens: 89,
      end: FinishReason.TOOL_CALLS,
    },
  ],
  ["anthropic/refusal.sse", { text: "I will", outputTokens: 3, end: FinishReason.REFUSAL }],
  ["anthropic/overloaded.sse", { text: "Half an ans", inputTokens: 25, outputTokens: undefined, end: "overloaded" }],
];

function dialectOf(name: string): "anthropic-messages" | "openai-chat" {
  return isMessages(name) ? "anthropic-messages" : "openai-chat";
}

test.each(GOLDEN)("reads %s", async (name, told) => {
  const events = await readsStream(dialectOf(name), [readFixture(name)]);
  expect(sumUp(events)).toMatchObject(told);
  expect(events.filter((event) => event.kind === "finished" || event.kind === "failed")).toEqual([events.at(-1)]);
});

test.each(GOLDEN)("reads %s the same however it is split", async (name) => {
  const bytes = readFixture(name);
  const whole = await readsStream(dialectOf(name), [bytes]);
  for (let at = 1; at < bytes.length; at += 1) {
    expect(await readsStream(dialectOf(name), [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect(await readsStream(dialectOf(name), single)).toEqual(whole);
});

/** First byte behind the event that names the finish reason. */
function endOfAnswer(name: string, bytes: Buffer): number {
  const mark = isMessages(name) ? /"stop_reason":"[a-z_]+"/ : /"finish_reason":"[a-z_]+"/;
  const text = bytes.toString("latin1");
  const at = text.search(mark);
  const end = text.slice(at).search(/\r?\n/);
  return at === -1 ? bytes.length : at + end;
}

test.each(GOLDEN)("never takes %s for complete when it is cut before its end", async (name) => {
  const bytes = readFixture(name);
  const end = endOfAnswer(name, bytes);
  for (const ending of ["end", "cut"] as const) {
    for (let at = 0; at < bytes.length; at += 1) {
      const events = await readsStream(dialectOf(name), [bytes.subarray(0, at)], ending);
      const last = events.at(-1);
      if (at < end) expect([name, at, last?.kind]).toEqual([name, at, "failed"]);
      else if (!name.includes("overloaded")) expect([name, at, last?.kind]).toEqual([name, at, "finished"]);
    }
  }
});

test.each(GOLDEN)("reads %s with bare carriage returns and without the last blank line", async (name) => {
  const whole = await readsStream(dialectOf(name), [readFixture(name)]);
  const bare = readFixture(name).toString("utf8").replace(/\r?\n/g, "\r").trimEnd();
  expect(await readsStream(dialectOf(name), [Buffer.from(bare)])).toEqual(whole);
});
