import { createHash } from "node:crypto";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateObject, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from "ai";
import { expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

const STORY_SHA256 = hash(STORY);

const PROMPT = "Tell me about the ferry.";

interface Trip {
  readonly city: string;
  readonly days: number;
}

const TRIP = jsonSchema<Trip>({
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
});

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A workload of the gateway, as a model of the framework. */
function modelOf({ address }: Gateway, workload = "summaries") {
  const baseURL = `http://${address}/v1`;
  return createOpenAICompatible({ name: "understudy", baseURL, includeUsage: true, supportsStructuredOutputs: true })(
    workload,
  );
}

test("the AI SDK streams over a switch without a seam, and gets the usage", async () => {
  const policy = { stall_timeout: "500ms" };
  const gateway = await startGateway({ primary: "stall=40", backup: "rate=3000", policy });
  const { text, finishReason, usage } = streamText({ model: modelOf(gateway), prompt: PROMPT });
  expect(hash(await text)).toBe(STORY_SHA256);
  expect(await finishReason).toBe("stop");
  expect((await usage).outputTokens).toBeGreaterThan(0);
});

test("the AI SDK gets the text in one piece", async () => {
  const { text, finishReason } = await generateText({ model: modelOf(await startGateway()), prompt: PROMPT });
  expect(hash(text)).toBe(STORY_SHA256);
  expect(finishReason).toBe("stop");
});

test.each(["generateObject", "generateText"])("%s of the AI SDK gets JSON by its schema", async (way) => {
  const gateway = await startGateway({ primary: "cut=3", backup: "rate=3000" });
  const asked = { model: modelOf(gateway), prompt: PROMPT };
  const trip =
    way === "generateObject"
      ? (await generateObject({ ...asked, schema: TRIP })).object
      : (await generateText({ ...asked, output: Output.object({ schema: TRIP }) })).output;
  expect(trip).toEqual({ city: expect.any(String), days: expect.any(Number) });
  expect(gateway.simulator.requests).toHaveLength(2);
});

test("the AI SDK runs a tool and goes on with its result", async () => {
  const cities: string[] = [];
  const weather = tool({
    inputSchema: jsonSchema<{ city: string }>({
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    }),
    execute: ({ city }) => {
      cities.push(city);
      return "calm";
    },
  });
  const model = modelOf(await startGateway({ primary: "status=503", backup: "tool-call=0" }));
  const result = streamText({ model, prompt: PROMPT, tools: { weather }, stopWhen: stepCountIs(2) });
  expect(hash(await result.text)).toBe(STORY_SHA256);
  expect((await result.steps).map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
  expect(cities).toEqual([expect.any(String)]);
});

test.each([
  { workload: "nobody", statusCode: 404, code: "model_not_found", isRetryable: false },
  { workload: "summaries", statusCode: 503, code: "all_routes_failed", isRetryable: true },
])("the AI SDK raises $statusCode with the code $code", async ({ workload, code, ...expected }) => {
  const gateway = await startGateway({ primary: "status=503" });
  const failure: unknown = await generateText({
    model: modelOf(gateway, workload),
    prompt: PROMPT,
    maxRetries: 0,
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(APICallError);
  expect(failure).toMatchObject({ ...expected, responseBody: expect.stringContaining(`"${code}"`) });
});

test("the AI SDK tells of a stream that breaks off, and keeps the text before", async () => {
  const gateway = await startGateway({ primary: "cut=40", policy: { switch: "never" } });
  const errors: unknown[] = [];
  let text = "";
  const { fullStream } = streamText({
    model: modelOf(gateway),
    prompt: PROMPT,
    onError: ({ error }) => void errors.push(error),
  });
  const kinds: string[] = [];
  for await (const part of fullStream) {
    kinds.push(part.type);
    if (part.type === "text-delta") text += part.text;
  }
  expect(errors).toEqual([expect.objectContaining({ code: "answer_interrupted", isRetryable: false })]);
  expect(kinds).toContain("error");
  expect(text).not.toBe("");
  expect(STORY.startsWith(text)).toBe(true);
  expect(gateway.simulator.requests).toHaveLength(1);
});

test("an abort of the AI SDK closes the upstream", async () => {
  const gateway = await startGateway({ primary: "rate=20" });
  const stop = new AbortController();
  const { textStream } = streamText({ model: modelOf(gateway), prompt: PROMPT, abortSignal: stop.signal });
  for await (const text of textStream) if (text !== "") stop.abort();
  await gateway.simulator.until(({ openCount }) => openCount === 0, 2_000);
  expect(gateway.simulator.requests.map(({ end }) => end.kind)).toEqual(["clientClosed"]);
});
