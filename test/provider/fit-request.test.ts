/** What of a request is left out, changed or put elsewhere for an upstream. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Dialect, Platform } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { type CompleteRequestSchema, Verbosity } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ReasoningOptions_Effort as Effort, MessageSchema, Role } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import type { AdjustableField, Refusal } from "../../src/call/adjustment.ts";
import type { UpstreamRequest } from "../../src/call/upstream.ts";
import { makeBody as makeMessagesBody } from "../../src/provider/dialect/anthropic-messages/request.ts";
import { makeBody as makeChatBody } from "../../src/provider/dialect/openai-chat/request.ts";
import { findAdjustments, fitRequest } from "../../src/provider/fit/fit-request.ts";
import { sealOpaque } from "../../src/provider/opaque.ts";
import type { RouteSettings } from "../../src/provider/settings.ts";
import { claudeRoute, compatibleRoute, gptRoute, resolves } from "./route-settings.ts";
import { asks } from "./upstream-request.ts";

type Fields = MessageInitShape<typeof CompleteRequestSchema>;

/** The body that a route gets, and the fields that were adjusted for it. */
function sends(
  settings: RouteSettings,
  fields: Fields,
  rest: Partial<UpstreamRequest> = {},
  refused: ReadonlyMap<AdjustableField, Refusal> = new Map(),
) {
  const { request, adjustments } = fitRequest(asks(fields, rest), settings, refused);
  const body =
    settings.dialect === "openai-chat" ? makeChatBody(request, settings) : makeMessagesBody(request, settings);
  return { body, adjusted: adjustments.map(({ field }) => field), gatewayStops: request.gatewayStops };
}

const call = (id: string, name = "look") => ({
  role: Role.ASSISTANT,
  parts: [{ kind: { case: "toolCall" as const, value: { id, name, argumentsJson: "{}" } } }],
});
const result = (toolCallId: string) => ({
  role: Role.TOOL,
  parts: [{ kind: { case: "toolResult" as const, value: { toolCallId, text: "seen" } } }],
});
const ask = { role: Role.USER, text: "What?" };

const thought = (text: string, opaque?: string) => ({
  kind: { case: "reasoning" as const, value: { text, ...(opaque !== undefined && { opaque }) } },
});

const EVERY_OPTION: Fields = {
  temperature: 0.5,
  seed: 7n,
  frequencyPenalty: 1,
  presencePenalty: 1,
  verbosity: Verbosity.LOW,
  serviceTier: "flex",
  promptCacheKey: "k",
  stopSequences: ["END"],
};

test.each<[platform: keyof typeof Platform, model: string, adjusted: AdjustableField[]]>([
  ["OPENAI", "gpt-4.1", []],
  ["OPENAI", "gpt-5", ["temperature", "frequency_penalty", "presence_penalty", "stop_sequences"]],
  ["OPENROUTER", "any", []],
  ["MISTRAL", "mistral-large-latest", ["verbosity", "service_tier", "prompt_cache_key"]],
  ["DEEPSEEK", "deepseek-chat", ["seed", "verbosity", "service_tier", "prompt_cache_key"]],
  ["GROQ", "llama-3.3", ["frequency_penalty", "presence_penalty", "verbosity", "prompt_cache_key"]],
  [
    "XAI",
    "grok-4",
    ["frequency_penalty", "presence_penalty", "verbosity", "service_tier", "prompt_cache_key", "stop_sequences"],
  ],
  ["PERPLEXITY", "sonar", ["seed", "verbosity", "service_tier", "prompt_cache_key", "stop_sequences"]],
  [
    "ANTHROPIC",
    "claude-sonnet-4-5",
    ["seed", "frequency_penalty", "presence_penalty", "verbosity", "service_tier", "prompt_cache_key"],
  ],
])("%s takes %s without %s", (platform, model, adjusted) => {
  const settings = resolves({ platform: Platform[platform] }, { model });
  const sent = sends(settings, EVERY_OPTION);
  expect(sent.adjusted).toEqual(adjusted);
  expect(findAdjustments(asks(EVERY_OPTION).request, settings).map(({ field }) => field)).toEqual(
    adjusted.filter((field) => field !== "stop_sequences"),
  );
  for (const field of ["seed", "frequency_penalty", "presence_penalty", "verbosity", "service_tier"] as const)
    if (adjusted.includes(field)) expect(sent.body).not.toHaveProperty(field);
});

test("a host tells the vendor where the platform does not", () => {
  const provider = {
    platform: Platform.COMPATIBLE,
    dialect: Dialect.OPENAI_CHAT,
    endpoint: "https://api.groq.com/openai/v1",
  };
  expect(sends(resolves(provider, { model: "llama" }), EVERY_OPTION).adjusted).toContain("frequency_penalty");
});

test("Mistral has a name of its own for the seed", () => {
  const settings = resolves({ platform: Platform.MISTRAL }, { model: "mistral-large-latest" });
  const { body } = sends(settings, { seed: 7n });
  expect(body).toMatchObject({ random_seed: 7 });
  expect(body).not.toHaveProperty("seed");
  expect(body).not.toHaveProperty("stream_options");
});

test("numbers are brought into the range of the model, and the caller's request stays as it is", () => {
  const asked = asks({ temperature: 1.5, maxOutputTokens: 100_000 });
  const { request, adjustments } = fitRequest(asked, claudeRoute({ model: "claude-sonnet-4" }), new Map());
  expect(request.request.temperature).toBe(1);
  expect(request.maxOutputTokens).toBe(64_000);
  expect(adjustments).toEqual([
    { field: "temperature", reason: "1.5 became 1, the highest that is taken" },
    { field: "max_output_tokens", reason: "100000 became 64000, the most that the model gives" },
  ]);
  expect(asked.request.temperature).toBe(1.5);
});

test("Claude gets no temperature while it thinks, and no top_p beside a temperature", () => {
  const settings = claudeRoute({ model: "claude-sonnet-4-5" });
  expect(sends(settings, { temperature: 0.2, topP: 0.9 })).toMatchObject({
    body: { temperature: 0.2 },
    adjusted: ["top_p"],
  });
  const thinks = sends(settings, { temperature: 0.2, reasoning: { effort: Effort.HIGH } });
  expect(thinks.adjusted).toEqual(["temperature"]);
  expect(thinks.body).not.toHaveProperty("temperature");
});

test("Claude with a budget does not think behind calls that another model made", () => {
  const settings = claudeRoute({ model: "claude-sonnet-4-5" });
  const effort = { reasoning: { effort: Effort.HIGH } };
  const foreign = sends(settings, { ...effort, temperature: 0.2, messages: [ask, call("c"), result("c")] });
  expect(foreign.adjusted).toEqual(["reasoning.effort"]);
  expect(foreign.body).toMatchObject({ temperature: 0.2 });
  expect(foreign.body).not.toHaveProperty("thinking");
  const opaque = sealOpaque(settings.opaqueOwner, "signature", "s");
  const own = { ...call("c"), parts: [thought("Hm.", opaque), ...call("c").parts] };
  expect(sends(settings, { ...effort, messages: [ask, own, result("c")] })).toMatchObject({
    adjusted: [],
    body: { thinking: { type: "enabled" } },
  });
});

test.each<[model: string, asked: Effort, sent: string]>([
  ["gpt-5", Effort.XHIGH, "high"],
  ["gpt-5", Effort.MINIMAL, "minimal"],
  ["gpt-5.4", Effort.MAX, "xhigh"],
  ["gpt-5.4", Effort.MINIMAL, "low"],
])("%s asked for effort %s gets %s", (model, effort, word) => {
  expect(sends(gptRoute({ model }), { reasoning: { effort } }).body).toMatchObject({ reasoning_effort: word });
});

test("a field that was refused is left out", () => {
  const { body, adjusted } = sends(compatibleRoute(), {}, {}, refuses("stream_options", true));
  expect(body).not.toHaveProperty("stream_options");
  expect(adjusted).toEqual([]);
});

function refuses(field: AdjustableField, lasting: boolean): ReadonlyMap<AdjustableField, Refusal> {
  return new Map([[field, { field, lasting }]]);
}

test("a limit of tokens whose name is refused goes by the other one; one that is too high goes", () => {
  const asked = { maxOutputTokens: 9 };
  const renamed = sends(compatibleRoute(), asked, {}, refuses("max_output_tokens", true));
  expect(renamed).toMatchObject({ body: { max_completion_tokens: 9 }, adjusted: ["max_output_tokens"] });
  const gone = sends(compatibleRoute(), asked, {}, refuses("max_output_tokens", false));
  expect(gone.body).not.toHaveProperty("max_completion_tokens");
  expect(gone.body).not.toHaveProperty("max_tokens");
});

test("what the configuration says of a model goes before what its name says", () => {
  const sent = sends(gptRoute({ model: "gpt-5", capabilities: { temperature: true } }), { temperature: 0.5 });
  expect(sent).toMatchObject({ body: { temperature: 0.5 }, adjusted: [] });
});

test("stop sequences that are not taken are looked for by the gateway, the others are sent", () => {
  const blank = sends(claudeRoute(), { stopSequences: ["END", "\n\n"] });
  expect(blank.body).toMatchObject({ stop_sequences: ["END"] });
  expect(blank.gatewayStops).toEqual(["\n\n"]);
  const many = sends(gptRoute(), { stopSequences: ["a", "b", "c", "d", "e"] });
  expect(many.body).toMatchObject({ stop: ["a", "b", "c", "d"] });
  expect(many.gatewayStops).toEqual(["e"]);
});

function idsIn(body: object): string[] {
  return [...JSON.stringify(body).matchAll(/"(?:id|tool_call_id|tool_use_id)":"([^"]*)"/g)].map(([, id = ""]) => id);
}

test("ids of calls are made fit one to one, and a repeated one gets its own", () => {
  const messages = [
    ask,
    call("call_1"),
    result("call_1"),
    ask,
    call("call_1"),
    result("call_1"),
    ask,
    call("a b"),
    result("a b"),
  ];
  const mistral = idsIn(sends(resolves({ platform: Platform.MISTRAL }, { model: "mistral-small" }), { messages }).body);
  expect(mistral.every((id) => /^[a-zA-Z0-9]{9}$/.test(id))).toBe(true);
  expect(new Set(mistral).size).toBe(3);
  expect([mistral[0], mistral[2], mistral[4]]).toEqual([mistral[1], mistral[3], mistral[5]]);
  const gpt = idsIn(sends(gptRoute(), { messages }).body);
  expect(gpt.slice(0, 2)).toEqual(["call_1", "call_1"]);
  expect(new Set(gpt).size).toBe(3);
});

test("what models wrote is taken back: invented names, arguments that were cut off, turns without a word", () => {
  const cut = {
    role: Role.ASSISTANT,
    parts: [{ kind: { case: "toolCall" as const, value: { id: "c", name: "look up!", argumentsJson: '{"a' } } }],
  };
  const messages = [ask, { role: Role.ASSISTANT }, { role: Role.ASSISTANT, text: " \n" }, ask, cut, result("c")];
  const claude = sends(claudeRoute(), { messages }).body;
  expect(JSON.stringify(claude)).toContain('"name":"look_up_","input":{"arguments":"{\\"a"}');
  expect(claude.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(JSON.stringify(sends(gptRoute(), { messages }).body)).toContain('"arguments":"{\\"a"');
});

test("a system message between turns stays at its place, or goes to the beginning where it is not taken there", () => {
  const messages = [ask, { role: Role.SYSTEM, text: "In French." }, ask];
  expect(sends(gptRoute(), { messages }).body.messages.map(({ role }) => role)).toEqual(["user", "system", "user"]);
  const sonar = resolves({ platform: Platform.PERPLEXITY }, { model: "sonar" });
  expect(sends(sonar, { messages }).body.messages.map(({ role }) => role)).toEqual(["system", "user", "user"]);
  expect(sends(claudeRoute(), { messages }).body).toMatchObject({ system: [{ text: "In French." }] });
});

test("a last turn of the model is a prefill where that is taken; else the model is asked to go on", () => {
  const messages = [ask, { role: Role.ASSISTANT, text: "The \n" }];
  const old = sends(claudeRoute({ model: "claude-sonnet-4-5" }), { messages }).body.messages;
  expect(old.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "The" }] });
  expect(sends(claudeRoute(), { messages }).body.messages.at(-1)).toMatchObject({ role: "user" });
  expect(sends(gptRoute(), { messages }).body.messages.at(-1)).toMatchObject({ role: "assistant" });
  const alone = [{ role: Role.SYSTEM, text: "Write a poem." }];
  expect(sends(claudeRoute(), { messages: alone }).body.messages).toEqual([
    { role: "user", content: [{ type: "text", text: "Write a poem." }] },
  ]);
});

test("reasoning comes back with its calls where it is demanded, and a stand-in where there is none", () => {
  const deepseek = resolves({ platform: Platform.DEEPSEEK }, { model: "deepseek-reasoner" });
  const withThought = { ...call("c"), parts: [thought("I should look"), ...call("c").parts] };
  const messages = [ask, withThought, result("c")];
  expect(sends(deepseek, { messages }).body.messages[1]).toMatchObject({ reasoning_content: "I should look" });
  expect(sends(deepseek, { messages: [ask, call("c"), result("c")] }).body.messages[1]).toHaveProperty(
    "reasoning_content",
  );
  expect(sends(gptRoute(), { messages }).body.messages[1]).not.toHaveProperty("reasoning_content");
  const signed = {
    ...call("c"),
    parts: [
      thought("Claude's", sealOpaque({ dialect: "anthropic-messages", model: "c" }, "signature", "s")),
      ...call("c").parts,
    ],
  };
  expect(JSON.stringify(sends(deepseek, { messages: [ask, signed, result("c")] }).body)).not.toContain("Claude's");
});

test("Gemini gets its own signature back, and the documented stand-in for the calls of others", () => {
  const gemini = resolves({ platform: Platform.GEMINI }, { model: "gemini-3.6-flash" });
  const opaque = sealOpaque(gemini.opaqueOwner, "signature", "sig");
  const own = create(MessageSchema, call("c"));
  const [part] = own.parts;
  if (part?.kind.case === "toolCall") part.kind.value.opaque = opaque;
  const signature = (messages: Fields["messages"], rest: Partial<UpstreamRequest> = {}) =>
    /"thought_signature":"([^"]*)"/.exec(JSON.stringify(sends(gemini, { messages: messages ?? [] }, rest).body))?.[1];
  const standIn = Buffer.from("skip_thought_signature_validator").toString("base64");
  expect(signature([ask, own, result("c")])).toBe("sig");
  expect(signature([ask, own, result("c")], { withoutReasoning: true })).toBe(standIn);
  expect(signature([ask, call("c"), result("c")])).toBe(standIn);
});

test("Claude's signatures travel between platforms and names of one family", () => {
  const direct = claudeRoute({ model: "claude-sonnet-4-5-20250929" });
  const azure = resolves(
    { platform: Platform.AZURE, dialect: Dialect.ANTHROPIC_MESSAGES, endpoint: "https://x.services.ai.azure.com" },
    { model: "prod", modelFamily: "claude-sonnet-4-5" },
  );
  const bedrock = resolves(
    {
      platform: Platform.BEDROCK,
      dialect: Dialect.ANTHROPIC_MESSAGES,
      endpoint: "https://bedrock-mantle.eu-west-1.api.aws",
    },
    { model: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0" },
  );
  expect([azure.opaqueOwner, bedrock.opaqueOwner]).toEqual([direct.opaqueOwner, direct.opaqueOwner]);
  expect(claudeRoute({ model: "claude-opus-4-5" }).opaqueOwner).not.toEqual(direct.opaqueOwner);
});

function count(body: object): number {
  return JSON.stringify(body).split('"cache_control"').length - 1;
}

test("marks of what may be kept: the caller's, else the gateway's own, or none", () => {
  const marked = {
    messages: [{ role: Role.USER, parts: [{ kind: { case: "text" as const, value: "long" }, cache: {} }] }],
  };
  expect(sends(claudeRoute(), { messages: [ask] }, { cache: "auto" }).body).toMatchObject({
    cache_control: { type: "ephemeral" },
  });
  const own = sends(claudeRoute(), marked, { cache: "auto" }).body;
  expect(own).not.toHaveProperty("cache_control");
  expect(count(own)).toBe(1);
  expect(count(sends(claudeRoute(), { messages: [ask] }, { cache: "caller" }).body)).toBe(0);
  expect(count(sends(claudeRoute(), marked, { cache: "off" }).body)).toBe(0);
  const elsewhere = resolves({
    platform: Platform.COMPATIBLE,
    dialect: Dialect.ANTHROPIC_MESSAGES,
    endpoint: "http://127.0.0.1:1",
  });
  const blocks = sends(elsewhere, { messages: [{ role: Role.SYSTEM, text: "s" }, ask] }, { cache: "auto" }).body;
  expect(blocks).not.toHaveProperty("cache_control");
  expect(count(blocks)).toBe(2);
  const openrouter = resolves({ platform: Platform.OPENROUTER }, { model: "anthropic/claude-sonnet-4.5" });
  expect(count(sends(openrouter, marked, { cache: "auto" }).body)).toBe(1);
  expect(count(sends(compatibleRoute(), marked, { cache: "auto" }).body)).toBe(0);
  expect(sends(gptRoute(), { messages: [ask] }, { cache: "auto" }).body).toHaveProperty("prompt_cache_key");
  expect(sends(compatibleRoute(), { messages: [ask] }, { cache: "auto" }).body).not.toHaveProperty("prompt_cache_key");
});

test("fields of a wire format go to its routes only", () => {
  const dialectFields = [{ dialect: "openai-chat", fieldsJson: '{"top_k":1}' }];
  expect(sends(compatibleRoute(), { dialectFields })).toMatchObject({ body: { top_k: 1 }, adjusted: [] });
  const claude = sends(claudeRoute(), { dialectFields });
  expect(claude.adjusted).toEqual(["dialect_fields"]);
  expect(claude.body).not.toHaveProperty("top_k");
});
