import { create, fromJson, type MessageInitShape } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CompleteRequestSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import {
  MessageSchema,
  ReasoningOptionsSchema,
  Role,
  ToolChoice_Mode,
  ToolChoiceSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { Hedge, PolicySchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { CallRefused, type FieldViolation } from "../../src/call/refusal.ts";
import { validateRequest } from "../../src/service/validate-request.ts";

type RequestInit = MessageInitShape<typeof CompleteRequestSchema>;
type MessageInit = MessageInitShape<typeof MessageSchema>;
type PartInit = NonNullable<NonNullable<MessageInit["parts"]>[number]["kind"]>;

const ask: MessageInit = { role: Role.USER, text: "Tell me a story." };
const MIB = 1024 * 1024;

/** A valid request with some fields changed. */
function requesting(fields: RequestInit): RequestInit {
  return { workload: "summaries", messages: [ask], ...fields };
}

/** A conversation that begins with the given turns and ends as it must. */
function saying(...messages: MessageInit[]): RequestInit {
  return requesting({ messages: [...messages, ask] });
}

function user(kind: PartInit): RequestInit {
  return requesting({ messages: [{ role: Role.USER, parts: [{ kind }] }] });
}

function calls(id: string, argumentsJson = "{}", name = "search"): MessageInit {
  return { role: Role.ASSISTANT, parts: [{ kind: { case: "toolCall", value: { id, name, argumentsJson } } }] };
}

function returns(toolCallId: string): MessageInit {
  return { role: Role.TOOL, parts: [{ kind: { case: "toolResult", value: { toolCallId } } }] };
}

function tool(name: string, schemaJson = '{"type":"object"}'): { name: string; schemaJson: string } {
  return { name, schemaJson };
}

function refusalOf(refuse: () => void): CallRefused | undefined {
  try {
    refuse();
    return undefined;
  } catch (error) {
    if (error instanceof CallRefused) return error;
    throw error;
  }
}

function violationsOf(request: RequestInit): readonly FieldViolation[] {
  const refused = refusalOf(() => validateRequest(create(CompleteRequestSchema, request)));
  if (refused !== undefined) expect(refused.refusal.reason).toBe(ErrorReason.INVALID_REQUEST);
  return refused?.refusal.violations ?? [];
}

describe("takes", () => {
  test.each<[name: string, request: RequestInit]>([
    ["a question to a workload", requesting({})],
    ["a question to a route", { routing: { primary: "claude-direct" }, messages: [ask] }],
    ["a question to a provider's model", { routing: { primary: "local/llama/3:8b" }, messages: [ask] }],
    ["system turns at the beginning", saying({ role: Role.SYSTEM, text: "a" }, { role: Role.SYSTEM, text: "b" })],
    ["every number at its border", requesting({ maxOutputTokens: 1, temperature: 0, topP: 1, seed: -1n })],
    ["16 stop sequences of 1,024 emoji", requesting({ stopSequences: Array<string>(16).fill("🎭".repeat(1_024)) })],
    [
      "a system turn behind other turns, and a last turn of the model",
      saying(ask, { role: Role.SYSTEM, text: "a" }, { role: Role.ASSISTANT, text: "b" }),
    ],
    [
      "turns without a word",
      saying(
        { role: Role.USER },
        { role: Role.ASSISTANT, text: "" },
        user({ case: "text", value: "" }).messages?.[0] ?? ask,
      ),
    ],
    [
      "what models wrote: an id again, an invented name, arguments that were cut off",
      saying(ask, calls("1"), calls("1", '{"a', "a b")),
    ],
    ["calls and their results", requesting({ messages: [ask, calls("1"), calls("2"), returns("2"), returns("1")] })],
    ["a picture by address", user({ case: "image", value: { source: { case: "url", value: "https://a.example/b" } } })],
    [
      "a picture by its bytes",
      user({ case: "image", value: { source: { case: "inline", value: new Uint8Array(1) }, mediaType: "image/png" } }),
    ],
    [
      "tools and the choice of one",
      requesting({ tools: [tool("a")], toolChoice: { choice: { case: "tool", value: "a" } } }),
    ],
    ["a schema for the answer", schema('{"anyOf":[]}')],
    ["a lost answer", requesting({ resume: { deliveredText: "Once" } })],
    ["labels", requesting({ labels: { team: "a", empty: "" }, clientRequestId: "🎭".repeat(128) })],
    ["a policy", requesting({ routing: { backups: ["a", "b"], policy: { maxAttempts: 8, hedge: Hedge.OFF } } })],
  ])("%s", (_name, request) => {
    expect(violationsOf(request)).toEqual([]);
  });
});

function schema(schemaJson: string, name = ""): RequestInit {
  return requesting({ responseFormat: { format: { case: "jsonSchema", value: { schemaJson, name } } } });
}

describe("refuses", () => {
  test.each<[field: string, mistake: string, request: RequestInit]>([
    ["workload", "is missing", { messages: [ask] }],
    ["workload", "is missing", { messages: [ask], routing: { backups: ["a"] } }],
    ["workload", "is not a valid name", requesting({ workload: "Summaries" })],
    ["workload", "is not a valid name", requesting({ workload: "a".repeat(65) })],
    ["messages", "is empty", requesting({ messages: [] })],
    [
      "messages",
      "holds more than 10,000 messages",
      requesting({ messages: Array.from({ length: 10_001 }, () => ask) }),
    ],
    ["messages[0].role", "is missing", saying({ text: "a" })],
    ["messages[0].role", "is not a known role", saying(fromJson(MessageSchema, { role: 99, text: "a" }))],
    ["messages[0]", "has both text and parts", saying({ ...ask, parts: [{ kind: { case: "text", value: "a" } }] })],
    ["messages[0].text", "holds half a character", saying({ role: Role.USER, text: "\ud83d" })],
    ["messages[0].text", "cannot be in a tool turn", saying({ role: Role.TOOL, text: "a" })],
    ["messages[0].parts[0]", "is empty", user({ case: undefined })],
    ["messages[0].parts[0].tool_call", "cannot be in a turn of this role", user({ case: "toolCall", value: {} })],
    ["messages[0].parts[0].image", "has no source", user({ case: "image", value: {} })],
    [
      "messages[0].parts[0].image.url",
      "is not an https:// address",
      user({ case: "image", value: { source: { case: "url", value: "http://a.example/b" } } }),
    ],
    [
      "messages[0].parts[0].image.media_type",
      "is missing",
      user({ case: "image", value: { source: { case: "inline", value: new Uint8Array(1) } } }),
    ],
    [
      "messages[0].parts[0].image.media_type",
      "is not a known media type",
      user({ case: "image", value: { source: { case: "inline", value: new Uint8Array(1) }, mediaType: "text/html" } }),
    ],
    [
      "messages[0].parts[0].image.inline",
      "is empty",
      user({ case: "image", value: { source: { case: "inline", value: new Uint8Array() }, mediaType: "image/gif" } }),
    ],
    [
      "messages[0].parts[0].reasoning",
      "is empty",
      saying({ role: Role.ASSISTANT, parts: [{ kind: { case: "reasoning", value: {} } }] }),
    ],
    ["messages[0].parts[0].tool_call.id", "is missing or holds control characters", saying(calls(""))],
    ["messages[0].parts[0].tool_call.name", "is not the name of a tool", saying(calls("1", "{}", ""))],
    ["messages[0].parts[0].tool_result.tool_call_id", "names no earlier call", saying(returns("1"), calls("1"))],
    ["messages[0].parts[0].tool_result.tool_call_id", "is missing", saying(returns(""))],
    ["max_output_tokens", "is out of range", requesting({ maxOutputTokens: 0 })],
    ["temperature", "is out of range", requesting({ temperature: 2.1 })],
    ["temperature", "is out of range", requesting({ temperature: Number.NaN })],
    ["top_p", "is out of range", requesting({ topP: 0 })],
    ["frequency_penalty", "is out of range", requesting({ frequencyPenalty: -2.1 })],
    ["presence_penalty", "is out of range", requesting({ presencePenalty: Number.NaN })],
    ["service_tier", "is too long or holds control characters", requesting({ serviceTier: "a".repeat(65) })],
    ["prompt_cache_key", "is too long or holds control characters", requesting({ promptCacheKey: "a\n" })],
    [
      "dialect_fields[0].dialect",
      "is not known or was given before",
      requesting({ dialectFields: [{ dialect: "smtp", fieldsJson: "{}" }] }),
    ],
    [
      "dialect_fields[0].fields_json",
      "holds a name that the API has a word for",
      requesting({ dialectFields: [{ dialect: "openai-chat", fieldsJson: '{"model":"x"}' }] }),
    ],
    [
      "dialect_fields[0].fields_json",
      "is not a JSON object",
      requesting({ dialectFields: [{ dialect: "openai-chat", fieldsJson: "[]" }] }),
    ],
    ["messages[0].name", "is too long or holds control characters", saying({ ...ask, name: "a\n" })],
    ["stop_sequences", "holds more than 16 texts", requesting({ stopSequences: Array<string>(17).fill("a") })],
    ["stop_sequences[1]", "is empty", requesting({ stopSequences: ["a", ""] })],
    ["stop_sequences[0]", "is longer than 1,024 characters", requesting({ stopSequences: ["a".repeat(1_025)] })],
    ["stop_sequences[0]", "is longer than 1,024 characters", requesting({ stopSequences: ["🎭".repeat(1_025)] })],
    [
      "reasoning.effort",
      "is not a known effort",
      requesting({ reasoning: fromJson(ReasoningOptionsSchema, { effort: 99 }) }),
    ],
    ["tools", "holds more than 128 tools", requesting({ tools: Array.from({ length: 129 }, (_, i) => tool(`t${i}`)) })],
    ["tools[0].name", "is not a valid name", requesting({ tools: [tool("a.b")] })],
    ["tools[1].name", "is the name of an earlier tool too", requesting({ tools: [tool("a"), tool("a")] })],
    ["tools[0].schema_json", "is missing", requesting({ tools: [tool("a", "")] })],
    ["tools[0].schema_json", "is not a JSON object", requesting({ tools: [tool("a", '"object"')] })],
    [
      "tools[0].schema_json",
      'is not a schema of type "object"',
      requesting({ tools: [tool("a", '{"type":"array"}')] }),
    ],
    [
      "tools[0].schema_json",
      "is larger than 64 KiB",
      requesting({ tools: [tool("a", `{"a":"${"ä".repeat(33_000)}"}`)] }),
    ],
    [
      "tool_choice",
      "is given without tools",
      requesting({ toolChoice: { choice: { case: "mode", value: ToolChoice_Mode.AUTO } } }),
    ],
    [
      "tool_choice.tool",
      "names no tool of the request",
      requesting({ tools: [tool("a")], toolChoice: { choice: { case: "tool", value: "b" } } }),
    ],
    [
      "tool_choice.mode",
      "is not a known mode",
      requesting({ tools: [tool("a")], toolChoice: fromJson(ToolChoiceSchema, { mode: 99 }) }),
    ],
    ["response_format", "is empty", requesting({ responseFormat: {} })],
    ["response_format.json_schema.name", "is not a valid name", schema("{}", "a b")],
    ["response_format.json_schema.schema_json", "is missing", schema("")],
    [
      "response_format.json_schema.schema_json",
      "is not a JSON object",
      schema(`${'{"a":'.repeat(65)}1${"}".repeat(65)}`),
    ],
    ["resume.delivered_text", "is empty", requesting({ resume: {} })],
    [
      "resume.delivered_text",
      "is larger than 4 MiB",
      requesting({ resume: { deliveredText: "ä".repeat(2 * MIB + 1) } }),
    ],
    [
      "labels",
      "holds more than 16 labels",
      requesting({ labels: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, ""])) }),
    ],
    ["labels", "has an empty key", requesting({ labels: { "": "a" } })],
    ["labels", "has a key that is too long or holds control characters", requesting({ labels: { "a\n": "a" } })],
    [
      "labels",
      "has a value that is too long or holds control characters",
      requesting({ labels: { a: "a".repeat(129) } }),
    ],
    ["client_request_id", "is too long or holds control characters", requesting({ clientRequestId: "a\r\nb: c" })],
    ["routing.primary", "is not the name of a route", requesting({ routing: { primary: "" } })],
    ["routing.primary", "is not the name of a route", requesting({ routing: { primary: "https://evil.example/" } })],
    ["routing.primary", "is not the name of a route", requesting({ routing: { primary: "a/b\n" } })],
    [
      "routing.backups",
      "holds more than 8 routes",
      requesting({ routing: { backups: ["a", "b", "c", "d", "e", "f", "g", "h", "i"] } }),
    ],
    ["routing.backups[1]", "is named twice", requesting({ routing: { backups: ["a", "a"] } })],
    ["routing.backups[0]", "is the primary itself", requesting({ routing: { primary: "a", backups: ["a"] } })],
    [
      "routing.policy.stall_timeout",
      "is out of range",
      requesting({ routing: { policy: { stallTimeout: { seconds: -1n } } } }),
    ],
    ["routing.policy.max_attempts", "is out of range", requesting({ routing: { policy: { maxAttempts: 9 } } })],
    [
      "routing.policy.switch",
      "is not a known value",
      requesting({ routing: { policy: fromJson(PolicySchema, { switch: 99 }) } }),
    ],
    [
      "routing.policy.stall_suspect",
      "is not shorter than stall_timeout",
      requesting({ routing: { policy: { stallSuspect: { seconds: 2n }, stallTimeout: { seconds: 1n } } } }),
    ],
  ])("%s that %s", (field, mistake, request) => {
    const violations = violationsOf(request);
    expect(violations).toHaveLength(1);
    expect(violations[0]?.field).toBe(field);
    expect(violations[0]?.description).toMatch(new RegExp(`^${mistake.replace(/[()]/g, "\\$&")}; \\S`));
  });

  test("every mistake at once, with a message that names the first and counts the others", () => {
    const request = create(CompleteRequestSchema, { temperature: 3, clientRequestId: "\n" });
    const refused = refusalOf(() => validateRequest(request));
    expect(refused?.refusal.violations?.map(({ field }) => field)).toEqual([
      "workload",
      "messages",
      "temperature",
      "client_request_id",
    ]);
    expect(refused?.message).toBe(
      "the request is not valid: workload is missing; name a workload, or give routing.primary, and 3 more",
    );
  });

  test("ten thousand mistakes with the first twenty", () => {
    expect(violationsOf(requesting({ messages: Array.from({ length: 10_000 }, () => ({})) }))).toHaveLength(20);
  });
});

test("never repeats text of the request", () => {
  const text = fc.constant("do-not-repeat-me");
  const request = fc.record({
    workload: fc.oneof(text, fc.constant("DO-NOT")),
    messages: fc.array(
      fc.record({
        role: fc.constantFrom(...Object.values(Role)),
        text,
        parts: fc.array(fc.record({ kind: fc.record({ case: fc.constant("text" as const), value: text }) })),
      }),
    ),
    stopSequences: fc.array(text),
    labels: fc.dictionary(text, text),
    temperature: fc.double(),
    tools: fc.array(fc.record({ name: text, schemaJson: text })),
    routing: fc.record({ backups: fc.array(text), primary: text }),
    clientRequestId: text.map((id) => `${id}\n`),
  });
  fc.assert(fc.property(request, (fields) => !JSON.stringify(violationsOf(fields)).includes("do-not-repeat-me")));
});
