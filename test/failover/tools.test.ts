import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  FinishReason,
  ResponseFormatSchema,
  ToolCallSchema,
  ToolChoice_Mode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Plan } from "../../src/call/plan.ts";
import { pass } from "./pass.ts";
import {
  type Beat,
  cutsAfter,
  failed,
  finished,
  OPENED,
  pick,
  plan,
  request,
  route,
  says,
  start,
  text,
  toolCall,
} from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const tools = [create(ToolSchema, { name: "look_up", schemaJson: "{}" })];
const grew: Beat = { kind: "toolCallGrew", characters: 5 };
const required = create(ToolChoiceSchema, { choice: { case: "mode", value: ToolChoice_Mode.REQUIRED } });
const named = create(ToolChoiceSchema, { choice: { case: "tool", value: "look_up" } });
const auto = create(ToolChoiceSchema, { choice: { case: "mode", value: ToolChoice_Mode.AUTO } });

const json = create(ResponseFormatSchema, { format: { case: "jsonObject", value: {} } });

function ask(first: Beat[], second: Beat[], more: Partial<Plan> = {}) {
  const a = route("a", [first], { retries: 0 });
  const b = route("b", [second]);
  return { a, b, seen: start(plan([a, b], { request: request({ tools }), ...more })) };
}

const cut = failed("cut");
const think: Beat = { kind: "reasoning", text: "Hm." };

/** What the first route did before it broke off, what was asked for, and what follows. */
const AT_FAILURE: readonly [
  delivered: string,
  form: string,
  script: Beat[],
  more: Partial<Plan>,
  follows: "restart" | "continue" | "refuse",
][] = [
  ["nothing", "plain text", [OPENED, cut], { request: request() }, "restart"],
  ["nothing", "JSON", [OPENED, cut], { request: request({ responseFormat: json }), holdsBackAnswer: true }, "restart"],
  ["nothing", "tools", [OPENED, cut], {}, "restart"],
  ["only reasoning", "tools", [OPENED, think, cut], {}, "restart"],
  ["half a tool call, which is not delivered", "tools", [OPENED, grew, cut], {}, "restart"],
  [
    "half a tool call",
    "a required tool",
    [OPENED, grew, cut],
    { request: request({ tools, toolChoice: required }) },
    "restart",
  ],
  ["some text", "plain text", cutsAfter("{ "), { request: request() }, "continue"],
  ["some text, held back", "plain text", cutsAfter("{ "), { request: request(), holdsBackAnswer: true }, "restart"],
  [
    "some text, held back",
    "JSON",
    cutsAfter("{ "),
    { request: request({ responseFormat: json }), holdsBackAnswer: true },
    "restart",
  ],
  ["some text", "JSON", cutsAfter("{ "), { request: request({ responseFormat: json }) }, "refuse"],
  ["some text", "tools", cutsAfter("{ "), {}, "continue"],
  ["some text", "tools by choice", cutsAfter("{ "), { request: request({ tools, toolChoice: auto }) }, "continue"],
  ["some text", "a required tool", cutsAfter("{ "), { request: request({ tools, toolChoice: required }) }, "refuse"],
  ["some text", "a named tool", cutsAfter("{ "), { request: request({ tools, toolChoice: named }) }, "refuse"],
  ["some text and half a tool call", "tools", [OPENED, text("{ "), grew, cut], {}, "refuse"],
  ["a whole tool call", "tools", [OPENED, grew, toolCall("one"), cut], {}, "refuse"],
  ["some text and a whole tool call", "tools", [OPENED, text("{ "), grew, toolCall("one"), cut], {}, "refuse"],
  ["a whole tool call, held back", "tools", [OPENED, grew, toolCall("one"), cut], { holdsBackAnswer: true }, "restart"],
  [
    "some text",
    "plain text that must not switch",
    cutsAfter("{ "),
    { request: request(), switchesAfterText: false },
    "refuse",
  ],
  [
    "nothing",
    "plain text that must not switch",
    [OPENED, cut],
    { request: request(), switchesAfterText: false },
    "restart",
  ],
];

describe("at failure", () => {
  test.each(AT_FAILURE)("%s delivered of %s", async (_delivered, _form, script, more, follows) => {
    const { b, seen } = ask(script, says("{}"), more);
    await pass(1_000);
    expect(b.requests).toHaveLength(follows === "refuse" ? 0 : 1);
    if (follows === "refuse") {
      expect(seen.refusal?.reason).toBe(ErrorReason.ANSWER_INTERRUPTED);
      expect(pick(seen, "completed")).toEqual([]);
      return;
    }
    expect(b.requests[0]?.continuation?.text).toBe(follows === "continue" ? "{" : undefined);
    expect(seen.text).toBe(follows === "continue" ? "{ {}" : "{}");
    expect(pick(seen, "toolCall")).toEqual([]);
    expect(pick(seen, "completed")).toHaveLength(1);
  });
});

test("a tool call of an attempt that nobody saw does not keep a later text from going on", async () => {
  const dead = route("a", [[OPENED, grew, cut]], { retries: 0 });
  const broken = route("b", [[OPENED, text("It is sunny "), cut]], { retries: 0 });
  const seen = start(plan([dead, broken, route("c", [says("in Paris.")])], { request: request({ tools }) }));
  await pass(1_000);
  expect(seen.text).toBe("It is sunny in Paris.");
  expect(pick(seen, "completed")).toHaveLength(1);
});

test("a stream that ends behind a whole tool call is refused and cannot be resumed", async () => {
  const { seen } = ask([OPENED, toolCall("one"), cut], says("No."));
  await pass(100);
  expect(pick(seen, "toolCall")).toMatchObject([{ id: "one" }]);
  expect(seen.refusal?.report).toMatchObject({ deliveredBytes: 0n, resumable: false });
});

test("calls are delivered whole, in order, with ids and signatures as they came", async () => {
  const signed = create(ToolCallSchema, { id: "two", name: "look_up", argumentsJson: '{"q":1}', opaque: "c2ln" });
  const { seen } = ask(
    [
      OPENED,
      text("Let me see. "),
      grew,
      toolCall("one"),
      grew,
      { kind: "toolCall", call: signed },
      finished(FinishReason.TOOL_CALLS),
    ],
    says("No."),
  );
  await pass(100);
  expect(seen.events.map(({ event }) => event.case)).toEqual([
    "started",
    "textDelta",
    "toolCall",
    "toolCall",
    "completed",
  ]);
  expect(pick(seen, "toolCall")[1]).toEqual(signed);
  expect(pick(seen, "completed")).toMatchObject([{ finishReason: FinishReason.TOOL_CALLS }]);
});

test("a backup that continues text may call tools", async () => {
  const { seen } = ask(cutsAfter("Let me "), [
    OPENED,
    text("see."),
    toolCall("one"),
    finished(FinishReason.TOOL_CALLS),
  ]);
  await pass(1_000);
  expect(seen.text).toBe("Let me see.");
  expect(pick(seen, "toolCall")).toMatchObject([{ id: "one" }]);
});

test("text that waits at the seam comes before the tool call behind it", async () => {
  const { seen } = ask(cutsAfter("I will look it up now. "), [
    OPENED,
    text("up now"),
    toolCall("one"),
    finished(FinishReason.TOOL_CALLS),
  ]);
  await pass(1_000);
  const kinds = seen.events.map(({ event }) => event.case);
  expect(kinds.indexOf("toolCall")).toBeGreaterThan(kinds.lastIndexOf("textDelta"));
});

test("arguments that stop growing stall at the tool limit, not at the text limit", async () => {
  const { b, seen } = ask([OPENED, grew, Number.POSITIVE_INFINITY], says("Other."));
  await pass(44_900);
  expect(b.requests).toHaveLength(0);
  await pass(200);
  expect(seen.text).toBe("Other.");
});

test("tool calls that grow without end are a bad answer, and the backup is asked", async () => {
  const grows = { kind: "toolCallGrew", characters: 2 * 1024 * 1024 } as const;
  const a = route("a", [[OPENED, grows, grows, Number.POSITIVE_INFINITY]]);
  const seen = start(plan([a, route("b", [says("Hello.")])]));
  await pass(10);
  expect(seen.text).toBe("Hello.");
  expect(a.verdicts).toEqual(["neutral"]);
});
