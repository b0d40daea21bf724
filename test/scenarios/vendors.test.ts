/** What vendors refuse, held against what the gateway sends: simulated vendors that refuse what the real ones refuse. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type Gateway, startGateway } from "./start-gateway.ts";

/** A vendor's platform, a model of its, and its wire format where it speaks several. */
const VENDORS: Readonly<Record<string, { model: string; path?: string; dialect?: string }>> = {
  openai: { model: "gpt-5" },
  anthropic: { model: "claude-sonnet-4-5", path: "" },
  mistral: { model: "mistral-large-latest" },
  deepseek: { model: "deepseek-reasoner" },
  moonshot: { model: "kimi-k2-thinking" },
  gemini: { model: "gemini-3.6-flash" },
  groq: { model: "llama-3.3-70b" },
  xai: { model: "grok-4" },
  perplexity: { model: "sonar" },
  zai: { model: "glm-4.7" },
};

const NAMES = Object.keys(VENDORS);

let simulator: Simulator;
let gateway: Gateway;

beforeAll(async () => {
  simulator = await startSimulator();
  const entries = Object.entries(VENDORS);
  gateway = await startGateway({
    require_approval: "off",
    providers: {
      ...Object.fromEntries(
        entries.map(([name, { path = "/v1" }]) => [
          name,
          { platform: name, endpoint: `${simulator.url}/vendors/${name}${path}`, api_key: "${SCENARIO_KEY}" },
        ]),
      ),
      strange: { platform: "compatible", dialect: "openai-chat", endpoint: `${simulator.url}/vendors/groq/v1` },
    },
    routes: {
      ...Object.fromEntries(entries.map(([name, { model }]) => [name, { provider: name, model }])),
      strange: { provider: "strange", model: "unheard-of" },
      thinking: { provider: "anthropic", model: "claude-sonnet-4-5+reasoning=3+tool-call" },
    },
    workloads: Object.fromEntries([...NAMES, "strange", "thinking"].map((name) => [name, { primary: name }])),
  });
});

afterAll(async () => {
  await gateway.stop();
  await simulator.close();
});

interface ChatMessage {
  readonly role: string;
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly { readonly id: string }[];
}

interface Chat {
  readonly error?: { readonly message: string };
  readonly choices: readonly { readonly message: ChatMessage; readonly finish_reason: string }[];
  readonly understudy: {
    readonly ledger: { readonly attempts: readonly { readonly adjustments?: readonly { readonly field: string }[] }[] };
  };
}

async function chat(body: object): Promise<Chat> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the door's own answer, in this form
  const answer = (await response.json()) as Chat;
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer;
}

const ASK = { role: "user", content: "What?" };

describe("every field of a request", () => {
  test.each(NAMES)("reaches %s in a form that it takes, at once", async (name) => {
    const { understudy } = await chat({
      model: name,
      messages: [
        ASK,
        { role: "assistant", content: " " },
        { role: "system", content: "Be brief." },
        { ...ASK, name: "mia" },
      ],
      temperature: 1.6,
      top_p: 0.9,
      seed: 7,
      frequency_penalty: 1,
      presence_penalty: 1,
      verbosity: "low",
      service_tier: "flex",
      prompt_cache_key: "k",
      stop: ["\n\n\n", "NEVER SAID", "NOR THIS"],
      max_tokens: 64,
      parallel_tool_calls: true,
    });
    expect(understudy.ledger.attempts).toHaveLength(1);
  });
});

const TOOLS = [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }];

/** Three turns with a call each, the second on another vendor than the others, as a switch would have it. */
async function loops(first: string, second: string): Promise<number> {
  const messages: object[] = [];
  let attempts = 0;
  for (const model of [first, second, first]) {
    messages.push(ASK);
    const called = await chat({ model, messages, tools: TOOLS, tool_choice: "required", include_reasoning: true });
    const [choice] = called.choices;
    if (choice?.message.tool_calls === undefined) throw new Error(`${model} called no tool`);
    messages.push(
      choice.message,
      ...choice.message.tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "seen" })),
    );
    const answered = await chat({ model, messages, tools: TOOLS, include_reasoning: true });
    messages.push(answered.choices[0]?.message ?? {});
    attempts += called.understudy.ledger.attempts.length + answered.understudy.ledger.attempts.length;
  }
  return attempts;
}

const LOOPING = ["openai", "anthropic", "mistral", "deepseek", "moonshot", "gemini"];

describe("a tool loop of three turns", () => {
  test.each(LOOPING.flatMap((first) => LOOPING.map((second) => [first, second] as const)))(
    "goes from %s to %s and back without a refusal",
    async (first, second) => {
      expect(await loops(first, second)).toBe(6);
    },
  );
});

/** The adjusted fields of each attempt. */
function fieldsOf({ understudy }: Chat): string[][] {
  return understudy.ledger.attempts.map(({ adjustments = [] }) => adjustments.map(({ field }) => field));
}

test("Claude's signed thinking comes back to it through the door", async () => {
  const tools = { tools: TOOLS, reasoning_effort: "high", include_reasoning: true, max_tokens: 8_000 };
  const ask = { model: "thinking", ...tools };
  const called = await chat({ ...ask, messages: [ASK] });
  const message = called.choices[0]?.message;
  expect(message).toMatchObject({ reasoning_details: [{ type: "reasoning.text" }] });
  const results = (message?.tool_calls ?? []).map(({ id }) => ({ role: "tool", tool_call_id: id, content: "seen" }));
  expect(results).toHaveLength(1);
  const answered = await chat({ ...ask, messages: [ASK, message, ...results] });
  expect(answered.understudy.ledger.attempts).toHaveLength(1);
});

test("a server that nobody knows is asked again without what it refused, at most twice, and remembered", async () => {
  const body = { model: "strange", messages: [ASK], frequency_penalty: 1, presence_penalty: 1 };
  expect(fieldsOf(await chat(body))).toEqual([[], ["frequency_penalty"], ["frequency_penalty", "presence_penalty"]]);
  expect(fieldsOf(await chat(body))).toEqual([["frequency_penalty", "presence_penalty"]]);
  // What one call taught counts for fields that were the cause, and for no others.
  expect(fieldsOf(await chat({ ...body, temperature: 0.5 }))).toEqual([["frequency_penalty", "presence_penalty"]]);
});

test("a path that is not there answers in the form of the API", async () => {
  const response = await fetch(`${gateway.url}/v1/embeddings`, { method: "POST", body: "{}" });
  expect([response.status, await response.json()]).toEqual([
    404,
    {
      error: {
        message: "There is nothing at /v1/embeddings. GET / tells how to call this server.",
        type: "invalid_request_error",
        param: null,
        code: "unknown_url",
      },
    },
  ]);
});

test("a configuration may stand on the built-in simulator of a vendor", async () => {
  const own = await startGateway({
    providers: {
      deepseek: {
        platform: "deepseek",
        endpoint: "${UNDERSTUDY_SIMULATOR}/vendors/deepseek/v1",
        api_key: "${SCENARIO_KEY}",
      },
    },
    routes: { deepseek: { provider: "deepseek", model: "deepseek-chat" } },
    workloads: { w: { primary: "deepseek" } },
  });
  const response = await fetch(`${own.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "w", messages: [ASK] }),
  });
  await response.text();
  await own.stop();
  expect(response.status).toBe(200);
});
