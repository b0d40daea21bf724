import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FinishReason, type ResponseFormat, ResponseFormatSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { AttemptOutcome, ErrorReason } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SwitchMode } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { createEngine } from "../../src/failover/engine.ts";
import type { SchemaCheck } from "../../src/failover/schema/verify-answer.ts";
import { sleep } from "../../src/time/sleep.ts";
import { pass } from "./pass.ts";
import { type Beat, cutsAfter, finished, OPENED, pick, plan, request, route, says, start, text } from "./stage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OBJECT = create(ResponseFormatSchema, { format: { case: "jsonObject", value: {} } });
const SCHEMA = create(ResponseFormatSchema, { format: { case: "jsonSchema", value: { name: "n", schemaJson: "{}" } } });

/** Takes a while, as a thread would, and finds fault with every answer that says so. */
const checkSchema: SchemaCheck = async (_, answer) => {
  await sleep(20, new AbortController().signal);
  if (answer.includes("odd")) return { kind: "unchecked", message: "its schema was checked in part" };
  return answer.includes("wrong") ? { kind: "fault", message: "the answer breaks its schema at /a" } : { kind: "fits" };
};

function ask(responseFormat: ResponseFormat, first: Beat[], second: Beat[], holdsBackAnswer = true) {
  const a = route("a", [first], { retries: 0 });
  const b = route("b", [second]);
  const running = createEngine({ random: () => 0.5, checkSchema });
  const planned = plan([a, b], { holdsBackAnswer, request: request({ responseFormat }) });
  return { a, b, seen: start(planned, undefined, running) };
}

test.each([
  ["object", OBJECT],
  ["schema", SCHEMA],
])("JSON %s: nothing is delivered before the answer is whole and judged", async (_, format) => {
  const { seen } = ask(format, [OPENED, text('{"a"'), 500, text(":1}"), finished()], says("{}"));
  await pass(499);
  expect(seen.text).toBe("");
  await pass(100);
  expect(seen.text).toBe('{"a":1}');
});

test.each([
  ["an object that is not JSON", OBJECT, "Sure! {}"],
  ["an array instead of an object", OBJECT, "[1]"],
  ["null instead of an object", OBJECT, "null"],
  ["a schema's answer that is not JSON", SCHEMA, '{"a":'],
  ["an answer that breaks its schema", SCHEMA, '{"a":"wrong"}'],
])("%s is a failed attempt, neutral to the breaker; the backup takes over", async (_, format, answer) => {
  const { a, seen } = ask(format, says(answer), says('{"a":2}'));
  await pass(100);
  expect(seen.text).toBe('{"a":2}');
  expect(a.verdicts).toEqual(["neutral"]);
  expect(pick(seen, "routeSwitched")).toMatchObject([{ mode: SwitchMode.RESTARTED, atUtf8Byte: 0n }]);
  expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
    { outcome: AttemptOutcome.BAD_ANSWER, deliveredBytes: 0n, discardedBytes: BigInt(answer.length) },
    { outcome: AttemptOutcome.COMPLETED },
  ]);
});

test("a cut in the middle restarts cleanly on the backup", async () => {
  const { b, seen } = ask(SCHEMA, cutsAfter('{"a":'), says('{"a":2}'));
  await pass(100);
  expect(seen.text).toBe('{"a":2}');
  expect(b.requests[0]?.continuation).toBeUndefined();
});

test("broken on every route: the call is refused and nothing was delivered", async () => {
  const { seen } = ask(SCHEMA, says("wrong"), says('"wrong"'));
  await pass(100);
  expect(seen.text).toBe("");
  expect(seen.refusal).toMatchObject({
    reason: ErrorReason.ALL_ROUTES_FAILED,
    report: { attempts: [{ outcome: AttemptOutcome.BAD_ANSWER }, { outcome: AttemptOutcome.BAD_ANSWER }] },
  });
});

test.each([
  ["length", FinishReason.LENGTH],
  ["a refusal", FinishReason.REFUSAL],
  ["a content filter", FinishReason.CONTENT_FILTER],
])("finished by %s it is delivered as it is", async (_, reason) => {
  const { a, b, seen } = ask(SCHEMA, [OPENED, text('{"a":'), finished(reason)], says("{}"));
  await pass(100);
  expect(seen.text).toBe('{"a":');
  expect(pick(seen, "completed")).toMatchObject([{ finishReason: reason }]);
  expect(a.verdicts).toEqual(["ok"]);
  expect(b.requests).toEqual([]);
});

describe("without holding back", () => {
  test.each([
    ["object", OBJECT],
    ["schema", SCHEMA],
  ])("JSON %s that breaks off is not continued", async (_, format) => {
    const { b, seen } = ask(format, cutsAfter('{"a":'), says("1}"), false);
    await pass(100);
    expect(seen.text).toBe('{"a":');
    expect(seen.refusal).toMatchObject({
      reason: ErrorReason.ANSWER_INTERRUPTED,
      report: { deliveredBytes: 5n, resumable: false },
    });
    expect(b.requests).toEqual([]);
  });

  test("a format of text is continued as plain text is", async () => {
    const format = create(ResponseFormatSchema, { format: { case: "text", value: {} } });
    const { seen } = ask(format, cutsAfter("Once "), says("more."), false);
    await pass(1_000);
    expect(seen.text).toBe("Once more.");
  });
});

test("a client that leaves while the answer is judged ends the call", async () => {
  const client = new AbortController();
  const running = createEngine({ random: () => 0.5, checkSchema });
  const a = route("a", [says("{}")]);
  const planned = plan([a], { holdsBackAnswer: true, request: request({ responseFormat: SCHEMA }) });
  const seen = start(planned, client.signal, running);
  await pass(5);
  client.abort();
  await pass(1);
  expect(seen.ended).toBe(true);
  expect(a.verdicts).toEqual(["neutral"]);
});

test("an answer whose schema cannot be checked is delivered, and the ledger says so", async () => {
  const { a, seen } = ask(SCHEMA, says('{"a":"odd"}'), says("{}"));
  await pass(100);
  expect(seen.text).toBe('{"a":"odd"}');
  expect(a.verdicts).toEqual(["ok"]);
  expect(pick(seen, "completed")[0]?.attempts).toMatchObject([
    { outcome: AttemptOutcome.COMPLETED, message: "completed; its schema was checked in part" },
  ]);
});

test("the place on the route is free while the answer is checked", async () => {
  const { a } = ask(SCHEMA, says('{"a":1}'), says("{}"));
  await pass(10);
  expect(a.effects).toEqual(["left"]);
  expect(a.verdicts).toEqual([]);
  await pass(20);
  expect(a.verdicts).toEqual(["ok"]);
});
