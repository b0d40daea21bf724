import { expect, test } from "vitest";
import { JsonField } from "../../src/simulator/dialect/json-field.ts";
import { findRefusal, VENDOR_RULES } from "../../src/simulator/vendor/vendor-rules.ts";

const ask = { role: "user", content: "What?" };
const called = { role: "assistant", content: null, tool_calls: [{ id: "call_12345", function: { name: "f" } }] };
const loop = { model: "m", messages: [ask, called, { role: "tool", tool_call_id: "call_12345", content: "x" }] };

test.each<[vendor: string, body: object, message: RegExp]>([
  ["openai", { model: "gpt-5", messages: [ask], stop: ["a"] }, /'stop' is not supported/],
  ["openai", { model: "gpt-5", messages: [ask], temperature: 0 }, /Only the default \(1\)/],
  ["openai", { model: "gpt-4.1", messages: [ask, called, ask, called] }, /Duplicate/],
  ["anthropic", { model: "claude-sonnet-4-5", messages: [ask], temperature: 0, top_p: 1 }, /cannot both/],
  ["anthropic", { model: "claude-sonnet-5", messages: [ask, { role: "assistant", content: "a" }] }, /prefill/],
  ["anthropic", { model: "claude-sonnet-5", messages: [ask], seed: 1 }, /Extra inputs/],
  ["mistral", loop, /length of 9/],
  ["deepseek", loop, /reasoning_content/],
  ["moonshot", loop, /reasoning_content is missing/],
  ["gemini", loop, /thought_signature/],
  ["groq", { model: "m", messages: [{ ...ask, name: "mia" }] }, /'name' is unsupported/],
  ["xai", { model: "m", messages: [ask], stop: ["a"] }, /not supported/],
  ["perplexity", { model: "m", messages: [ask, { role: "system", content: "a" }] }, /should alternate/],
  ["zai", { model: "m", messages: [ask], stop: ["a", "b"] }, /only one/],
])("%s refuses %j", (vendor, body, message) => {
  expect(findRefusal(vendor, new JsonField(body))).toMatch(message);
});

test("every vendor takes a question, and nobody's rules are nobody's", () => {
  const body = new JsonField({ model: "m", messages: [ask] });
  for (const vendor of Object.keys(VENDOR_RULES)) expect(findRefusal(vendor, body)).toBeUndefined();
  expect(findRefusal("", new JsonField(loop))).toBeUndefined();
});
