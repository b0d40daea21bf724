/** What an upstream may put into the events of Chat Completions. */

import { DONE, makeChunk, makeEvent, ONCE, STOP, TALE, TALE_TEXT, UPON } from "./chat-events.ts";
import { streams } from "./hostile-streams.ts";
import type { Hostile } from "./hostile-upstream.ts";

const ODD_VALUES: readonly unknown[] = [null, true, -1, 1e300, "", "x", [], [[]], [null], {}, { toString: 1 }];

/** Events that hold each odd value in the place that `place` gives it. */
function oddEvents(place: (value: unknown) => unknown): string {
  return ODD_VALUES.map((value) => makeEvent(place(value))).join("");
}

function oddDeltas(field: string, values: readonly unknown[] = ODD_VALUES): string {
  return values.map((value) => makeChunk({ [field]: value })).join("");
}

/** Odd values that say nothing, in every field. */
const wrongTypes = [
  oddEvents((value) => value),
  oddEvents((choices) => ({ choices })),
  oddEvents((choice) => ({ choices: [choice] })),
  oddEvents((delta) => ({ choices: [{ delta }] })),
  oddEvents((index) => ({ choices: [{ index: index ?? 1, delta: { content: "" } }] })),
  oddEvents((id) => ({ id, model: id, created: id, choices: [] })),
  oddDeltas("content", [null, true, -1, {}, [], [null, 1, {}]]),
  oddDeltas("reasoning_content", [null, true, -1, {}, []]),
  oddDeltas("refusal", [null, true, -1, {}, []]),
  oddDeltas("tool_calls", [null, true, -1, "x", {}, [null], [1], [{ function: 1 }]]),
  oddDeltas("function_call", [null, true, -1, "x", []]),
  oddEvents((finish_reason) => ({
    choices: [{ delta: {}, finish_reason: finish_reason === "x" ? 0 : finish_reason }],
  })),
].join("");

function callsTools(...indexes: readonly number[]): string {
  const named = { name: "look", arguments: "{}" };
  const calls = indexes.map((index) => ({ index, id: `call-${index}`, function: named }));
  return makeChunk({ tool_calls: calls }) + makeChunk({}, "tool_calls") + DONE;
}

function counts(tokens: unknown): string {
  return makeEvent({ choices: [], usage: { prompt_tokens: tokens, completion_tokens: tokens } });
}

const deepArray = "[".repeat(200_000) + "]".repeat(200_000);
const deepObject = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
const pollution = '{"__proto__":{"choices":[],"polluted":1},"constructor":{"prototype":{"polluted":1}},"choices":[]}';

export const hostileDeltas: readonly Hostile[] = [
  {
    does: "nests lists in a chunk",
    answer: streams(ONCE, `data: ${deepArray}\n\n`, UPON, STOP, DONE),
    text: TALE_TEXT,
  },
  {
    does: "nests objects in a delta",
    answer: streams(ONCE, `data: {"choices":[{"delta":${deepObject}}]}\n\n`, UPON, STOP, DONE),
    text: TALE_TEXT,
  },
  {
    does: "sends numbers beyond any",
    answer: streams(`data: {"created":1e999,"choices":[{"index":-1e999}]}\n\n`, TALE),
    text: TALE_TEXT,
  },
  { does: "names prototypes", answer: streams(`data: ${pollution}\n\n`, TALE), text: TALE_TEXT },
  { does: "sends wrong types in every field", answer: streams(wrongTypes, TALE), text: TALE_TEXT },
  {
    does: "finishes twice",
    answer: streams(ONCE, UPON, STOP, makeChunk({ content: "" }, "length"), DONE),
    text: TALE_TEXT,
  },
  {
    does: "finishes for an unknown reason",
    answer: streams(ONCE, makeChunk({ content: "upon a time." }, "__proto__"), DONE),
  },
  { does: "uses negative tokens", answer: streams(ONCE, UPON, STOP, counts(-5), DONE), text: TALE_TEXT },
  { does: "uses 2^63 tokens", answer: streams(ONCE, UPON, STOP, counts(2 ** 63), DONE), text: TALE_TEXT },
  { does: "uses half a token", answer: streams(ONCE, UPON, STOP, counts(0.5), DONE), text: TALE_TEXT },
  { does: "calls tools by odd numbers", answer: streams(callsTools(1e9, -1, 0.5, 2 ** 53)), text: "" },
  {
    does: "calls a million tools",
    answer: streams(...Array.from({ length: 1_000 }, (_, at) => callsMany(at)), DONE),
  },
];

function callsMany(at: number): string {
  const calls = Array.from({ length: 1_000 }, (_, index) => ({
    index: at * 1_000 + index,
    function: { name: "look" },
  }));
  return makeChunk({ tool_calls: calls });
}
