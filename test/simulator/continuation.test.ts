import { describe, expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { rawCall } from "./raw-call.ts";
import { FORMATS, textPieces, type WireFormat } from "./wire-format.ts";

const QUESTION = { role: "user", content: "Tell me about the ferry." };
const GO_ON = { role: "user", content: "Your answer was interrupted. Continue exactly where it stopped." };

async function tell(format: WireFormat, model: string, messages: object[]): Promise<string> {
  const simulator = await startSimulator();
  const answer = await rawCall(simulator.url, format.path, { ...format.request, model, messages, stream: true });
  await simulator.close();
  return textPieces(answer.body).join("");
}

describe.each(FORMATS)("over $name", (format) => {
  const goOn = (model: string, text: string, ...more: object[]): Promise<string> =>
    tell(format, model, [QUESTION, { role: "assistant", content: text }, ...more]);

  test.each([
    { where: "behind a word", end: STORY.indexOf(" left the") },
    { where: "inside a word", end: STORY.indexOf("harbour") + 3 },
    { where: "before a paragraph", end: STORY.indexOf("\n\n") },
    { where: "behind an emoji", end: STORY.indexOf("🚢") + 2 },
    { where: "before the last word", end: STORY.lastIndexOf(" ") },
  ])("goes on exactly $where, asked either way", async ({ end }) => {
    expect(await goOn("model", STORY.slice(0, end))).toBe(STORY.slice(end));
    expect(await goOn("model", STORY.slice(0, end), GO_ON)).toBe(STORY.slice(end));
  });

  test("goes on behind the tail of a text that is not from the beginning", async () => {
    const end = STORY.indexOf(" It was not the thin");
    expect(await goOn("model", `Sure. ${STORY.slice(end - 90, end)}`)).toBe(STORY.slice(end));
  });

  test("says the story from its beginning if it knows nothing of the text", async () => {
    expect(await goOn("model", "The weather is fine today")).toBe(STORY);
  });

  test("says the story from its beginning if the user asks something else", async () => {
    expect(await goOn("model", STORY.slice(0, 90), { role: "user", content: "And who was the captain?" })).toBe(STORY);
  });

  test.each([
    { model: "model+repeat=3", begins: "the old harbour at ten past nine" },
    { model: "model+start-over", begins: STORY.slice(0, 120) },
    { model: "model+start-over-differently", begins: `${STORY.slice(0, 100)} sailors` },
  ])("$model begins a continuation in its own way, and an answer as ever", async ({ model, begins }) => {
    const partial = "The night ferry *Amélie* left the old harbour";
    const text = await goOn(model, partial, GO_ON);
    expect(text.slice(0, begins.length)).toBe(begins);
    expect(await tell(format, model, [QUESTION])).toBe(STORY);
  });

  test("the token limit counts what this model says", async () => {
    const simulator = await startSimulator();
    const messages = [QUESTION, { role: "assistant", content: STORY.slice(0, 400) }];
    const body = { ...format.request, model: "model", messages, max_tokens: 10, stream: true };
    const answer = await rawCall(simulator.url, format.path, body);
    await simulator.close();
    const text = textPieces(answer.body).join("");
    expect(STORY.slice(400).startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(25);
    expect(text.length).toBeLessThanOrEqual(40);
  });
});
