import OpenAI, { APIError, APIUserAbortError, RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type Asked, askOpenai, type ChatTold } from "./clients/openai.ts";
import { API_KEY, type Dialect, IMPATIENT, makeConfig, type WorkloadSetup } from "./make-config.ts";
import { requestsOf } from "./requests-of.ts";
import { asUnary, type Expected, type Scenario } from "./scenario.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";
import { AFTER_TEXT } from "./table/after-text.ts";
import { BEFORE_TEXT } from "./table/before-text.ts";
import { REFUSALS } from "./table/refusals.ts";

const SCENARIOS = [...BEFORE_TEXT, ...AFTER_TEXT, ...REFUSALS];

/** Two dialects, so that most switches cross from one to the other. */
const DIALECTS: readonly Dialect[] = ["openai-chat", "anthropic-messages"];

const KINDS = ["stream", "whole"] as const;

/** The HTTP status of each reason that the scenarios end with. */
const STATUSES: Readonly<Record<string, number>> = {
  ALL_ROUTES_FAILED: 503,
  COOLING_DOWN: 429,
  ROUTE_MISCONFIGURED: 500,
  CONTENT_FILTERED: 400,
  CONTEXT_TOO_LONG: 400,
  INVALID_REQUEST: 400,
  ANSWER_INTERRUPTED: 500,
  DEADLINE_EXCEEDED: 504,
};

const FINISHES: Readonly<Record<string, string>> = {
  LENGTH: "length",
  CONTENT_FILTER: "content_filter",
  REFUSAL: "content_filter",
};

/** Scenarios that run at the same time: most of them only wait for a limit to pass. */
const CONCURRENT_COUNT = 16;

const OTHERS: readonly WorkloadSetup[] = [
  { name: "well", routes: [{ dialect: "openai-chat" }] },
  {
    name: "tools",
    routes: [
      { dialect: "openai-chat", faults: "status=503" },
      { dialect: "anthropic-messages", faults: "two-tool-calls=0" },
    ],
  },
  { name: "json", routes: [{ dialect: "openai-chat", faults: "cut=5" }, { dialect: "openai-chat" }] },
  {
    name: "reasoning",
    routes: [{ dialect: "openai-chat", faults: "reasoning=4", settings: { capabilities: { reasoning: true } } }],
  },
  { name: "slow", routes: [{ dialect: "openai-chat", faults: "rate=50" }] },
  { name: "silent", routes: [{ dialect: "openai-chat", faults: "hang-body" }] },
  {
    name: "down",
    routes: [
      { dialect: "openai-chat", faults: "status=400" },
      { dialect: "openai-chat", faults: "html-200" },
    ],
  },
  {
    name: "stalls",
    policy: IMPATIENT,
    routes: [{ dialect: "openai-chat", faults: "stall=40" }, { dialect: "anthropic-messages" }],
  },
  { name: "rests", routes: [{ dialect: "openai-chat", faults: "status=429+retry-after=2+times=1" }] },
  {
    name: "broken",
    routes: [
      { dialect: "openai-chat", faults: "html-200" },
      { dialect: "openai-chat", faults: "garbage" },
    ],
  },
];

let simulator: Simulator;
let gateway: Gateway;
let client: OpenAI;
vi.setConfig({ maxConcurrency: CONCURRENT_COUNT });
beforeAll(async () => {
  simulator = await startSimulator();
  const workloads = KINDS.flatMap((kind) => SCENARIOS.map((scenario) => workloadOf(scenario, kind)));
  gateway = await startGateway(makeConfig(simulator.url, [...workloads, ...OTHERS]));
  client = createClient();
});
afterAll(async () => {
  await gateway?.stop();
  await simulator?.close();
});

function createClient(options: object = {}): OpenAI {
  return new OpenAI({ apiKey: "any", baseURL: `${gateway.url}/v1`, maxRetries: 0, ...options });
}

function nameOf(scenario: Scenario, kind: string): string {
  return `s${SCENARIOS.indexOf(scenario)}-${kind}`;
}

function workloadOf(scenario: Scenario, kind: string): WorkloadSetup {
  const first = DIALECTS.indexOf(scenario.primaryDialect ?? "openai-chat");
  const routes = scenario.routes.map((route, place) => ({ ...route, dialect: dialectAt(first + place) }));
  const waits = scenario.attempts.some((attempt) => /TIMED_OUT|STALLED/u.test(attempt));
  return { name: nameOf(scenario, kind), routes, policy: { ...(waits && IMPATIENT), ...scenario.policy } };
}

function dialectAt(index: number): Dialect {
  return DIALECTS[index % 2] ?? "openai-chat";
}

describe.each(KINDS)("%s", (kind) => {
  test.concurrent.for([...SCENARIOS])("$name", async (scenario) => {
    const workload = nameOf(scenario, kind);
    const asked: Asked = {
      model: workload,
      stream: kind === "stream",
      maxTokens: scenario.request?.maxOutputTokens,
      timeoutMs: scenario.timeoutMs,
    };
    const expected = kind === "stream" ? scenario : asUnary(scenario);
    expectTold(await askOpenai(client, asked), expected);
    if (scenario.again !== undefined) expectTold(await askOpenai(client, asked), scenario.again);
    await simulator.until(() => requestsOf({ simulator }, workload).every(({ end }) => end.kind !== "open"));
  });
});

function expectTold(told: ChatTold, expected: Expected): void {
  const refused = expected.refused ?? "";
  const text = expected.text ?? (refused === "" ? "story" : expected.attempts.some(delivers) ? "beginning" : "nothing");
  if (text === "story") expect(told.text).toBe(STORY);
  else if (text === "nothing") expect(told.text).toBe("");
  else expect(STORY.startsWith(told.text) && told.text !== "" && told.text !== STORY).toBe(true);

  expect(told.attempts).toEqual(expected.attempts.map((attempt) => attempt.split(" ").slice(0, 2).join(" ")));
  expect(told.skips).toEqual(expected.skips ?? []);
  if (refused === "") {
    expect(told.error).toBeUndefined();
    expect(told.finish).toBe(FINISHES[expected.finish ?? ""] ?? "stop");
    expect(told.done).toBe(1);
    expect(told.switches).toEqual((expected.switches ?? []).map((change) => change.replace(" trims", "")));
  } else {
    expectError(told, refused.split(" ")[1] ?? "", expected.retryS);
  }
}

function delivers(attempt: string): boolean {
  return attempt.includes("delivers");
}

/** Before any text the status tells it all; after that the status was 200, and the stream says it and breaks off. */
function expectError({ error, text, finish, done }: ChatTold, reason: string, retryS: Expected["retryS"]): void {
  expect(error?.reason).toBe(reason);
  expect(finish).toBeUndefined();
  expect(done).toBe(0);
  expect(error?.status).toBe(text === "" ? STATUSES[reason] : undefined);
  const retryAfterS = error?.retryAfterS;
  if (text !== "" || retryS === undefined) return;
  expect(retryAfterS).toBeGreaterThanOrEqual(Math.floor(retryS[0]));
  expect(retryAfterS).toBeLessThanOrEqual(Math.ceil(retryS[1]));
}

const ASK = { messages: [{ role: "user", content: "Tell me about the ferry." }] } satisfies {
  messages: OpenAI.ChatCompletionMessageParam[];
};

test("the SDK's own helper puts a switched stream together, and each chunk names the model that it is of", async () => {
  const models = new Set<string>();
  const stream = client.chat.completions.stream({ model: "stalls", ...ASK, stream_options: { include_usage: true } });
  stream.on("chunk", (chunk) => models.add(chunk.model));
  const completion = await stream.finalChatCompletion();
  expect(completion.choices[0]).toMatchObject({
    finish_reason: "stop",
    message: { role: "assistant", content: STORY },
  });
  expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  expect([...models]).toEqual(["stalls.primary+stall=40", "stalls.backup"]);
});

const TOOLS: OpenAI.ChatCompletionFunctionTool[] = ["weather", "harbour"].map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { city: { type: "string" } } } },
}));

test.each([true, false])(
  "tool calls come whole, in order, and their results go back (streamed: %s)",
  async (streamed) => {
    const body = { model: "tools", ...ASK, tools: TOOLS, tool_choice: "required" as const, parallel_tool_calls: true };
    const completion = streamed
      ? await client.chat.completions.stream(body).finalChatCompletion()
      : await client.chat.completions.create(body);
    const [choice] = completion.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const calls = choice?.message.tool_calls?.filter((call) => call.type === "function") ?? [];
    expect(calls.map((call) => call.function.name)).toEqual(["weather", "harbour"]);
    for (const call of calls) expect(JSON.parse(call.function.arguments)).toHaveProperty("city");

    const results = calls.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "calm" }));
    const answer = { role: "assistant" as const, content: null, tool_calls: calls };
    const messages: OpenAI.ChatCompletionMessageParam[] = [...ASK.messages, answer, ...results];
    const next = await client.chat.completions.create({ model: "well", messages, tools: TOOLS });
    expect(next.choices[0]?.finish_reason).toBe("stop");
  },
);

test.each([true, false])("JSON follows its schema although the primary breaks off (streamed: %s)", async (streamed) => {
  const schema = {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city", "days"],
    additionalProperties: false,
  };
  const body = {
    model: "json",
    ...ASK,
    response_format: { type: "json_schema" as const, json_schema: { name: "trip", strict: true, schema } },
  };
  const completion = streamed
    ? await client.chat.completions.stream(body).finalChatCompletion()
    : await client.chat.completions.create(body);
  const parsed: unknown = JSON.parse(completion.choices[0]?.message.content ?? "");
  expect(parsed).toEqual({ city: expect.any(String), days: expect.any(Number) });
});

/** The reasoning of a streamed answer. */
async function readReasoning(options: object): Promise<string> {
  const body = { model: "reasoning", ...ASK, stream: true as const, ...options };
  let reasoning = "";
  for await (const { choices } of await client.chat.completions.create(body)) {
    const delta = choices[0]?.delta ?? {};
    if ("reasoning_content" in delta) reasoning += String(delta.reasoning_content);
  }
  return reasoning;
}

test("reasoning comes only if it is asked for", async () => {
  expect(await readReasoning({ reasoning_effort: "low" })).toBe("");
  expect(await readReasoning({ reasoning_effort: "low", include_reasoning: true })).not.toBe("");
});

test.each(["slow", "silent"])("an abort closes the upstream at once (%s)", async (model) => {
  const stop = new AbortController();
  const answer = client.chat.completions.create({ model, ...ASK, stream: true }, { signal: stop.signal });
  await simulator.until(() => requestsOf({ simulator }, model).length === 1);
  if (model === "slow") {
    for await (const chunk of await answer) if (chunk.choices[0]?.delta.content) break;
  } else {
    stop.abort();
    await expect(answer).rejects.toBeInstanceOf(APIUserAbortError);
  }
  const abortedAtMs = Date.now();
  await simulator.until(() => requestsOf({ simulator }, model)[0]?.end.kind === "clientClosed", 2_000);
  const end = requestsOf({ simulator }, model)[0]?.end;
  expect(end?.kind === "clientClosed" ? end.atMs - abortedAtMs : Number.NaN).toBeLessThan(100);
});

test("an SDK that retries does not ask again when every route was tried", async () => {
  const retrying = createClient({ maxRetries: 2 });
  const failure: unknown = await retrying.chat.completions
    .create({ model: "broken", ...ASK })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(APIError);
  expect(failure).toMatchObject({ status: 503, code: "all_routes_failed" });
  expect(requestsOf({ simulator }, "broken")).toHaveLength(2);
});

test("an SDK that retries waits as long as it is told, and then gets its answer", async () => {
  const first: unknown = await client.chat.completions
    .create({ model: "rests", ...ASK })
    .catch((error: unknown) => error);
  expect(first).toBeInstanceOf(RateLimitError);
  const completion = await createClient({ maxRetries: 2 }).chat.completions.create({ model: "rests", ...ASK });
  expect(completion.choices[0]?.message.content).toBe(STORY);
});

test("a route and its backups can be named in the body", async () => {
  const body = { model: "broken.primary", ...ASK, fallbacks: ["broken.primary", { model: "well.primary" }] };
  const named = { ...body, fallbacks: ["well.primary"] };
  const { data, response } = await client.chat.completions.create(named).withResponse();
  expect(data.choices[0]?.message.content).toBe(STORY);
  expect(data.model).toBe("well.primary");
  expect(response.headers.get("x-understudy-route")).toBe("well.primary");
  await expect(client.chat.completions.create(body)).rejects.toMatchObject({ status: 400, param: "fallbacks[0]" });
});

test("the SDK lists and finds workloads and routes", async () => {
  const ids = (await client.models.list()).data.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["well", "well.primary"]));
  expect(await client.models.retrieve("well.primary")).toMatchObject({ id: "well.primary", owned_by: "openai-chat" });
  await expect(client.models.retrieve("nobody")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
});

test("the gateway is well after all that, and its log tells no secret", async () => {
  const completion = await client.chat.completions.create({ model: "well", ...ASK });
  expect(completion.choices[0]?.message.content).toBe(STORY);
  await simulator.until(({ openCount }) => openCount === 0);
  expect(gateway.child.exitCode).toBeNull();
  const log = gateway.printed.stdout + gateway.printed.stderr;
  for (const secret of [API_KEY, "Tell me about", "The night ferry", "Bad Gateway"]) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/unhandled|uncaught|failed by a fault|MaxListenersExceeded/iu);
});
