/** What an upstream may put into the events of Messages. */

import { TALE_TEXT } from "./chat-events.ts";
import { streams } from "./hostile-streams.ts";
import { type Hostile, makeHead, pour } from "./hostile-upstream.ts";

function makeEvent(value: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
}

function says(text: unknown, index: unknown = 0): string {
  return makeEvent({ type: "content_block_delta", index, delta: { type: "text_delta", text } });
}

const START = makeEvent({ type: "message_start", message: { id: "1", model: "tale", usage: { input_tokens: 5 } } });
const OPEN = makeEvent({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
const CLOSE = makeEvent({ type: "content_block_stop", index: 0 });
const REASON = makeEvent({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } });
const STOP = makeEvent({ type: "message_stop" });
const TALE = START + OPEN + says("Once ") + says("upon a time.") + CLOSE + REASON + STOP;

const TYPES = [
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "ping",
  "__proto__",
];
const FIELDS = ["message", "index", "content_block", "delta", "usage"];
const ODD_VALUES: readonly unknown[] = [null, true, -1, 1e300, "", "x", [], [[]], [null], {}, { type: 1 }];

/** Every odd value in every field of every event. */
const wrongTypes = TYPES.flatMap((type) =>
  FIELDS.flatMap((field) => ODD_VALUES.map((value) => makeEvent({ type, index: 7, [field]: value }))),
).join("");
const usages = [-5, 2 ** 63, 0.5, 1e300, "5", null].map((input_tokens) =>
  makeEvent({ type: "message_delta", usage: { input_tokens, output_tokens: input_tokens } }),
);

const hostiles: readonly Hostile[] = [
  { does: "sends wrong types in every field of a message", answer: streams(wrongTypes, TALE), text: TALE_TEXT },
  { does: "counts tokens of a message oddly", answer: streams(START, ...usages, TALE), text: TALE_TEXT },
  { does: "stops a message twice", answer: streams(TALE, STOP, TALE), text: TALE_TEXT },
  {
    does: "speaks in blocks by odd numbers",
    answer: streams(START, says("Once ", 1e9), says("upon ", -1), says("a time.", 0.5), REASON, STOP),
    text: TALE_TEXT,
  },
  { does: "stops a message without a reason", answer: streams(START, OPEN, STOP) },
  {
    does: "pings in a message for ever",
    answer: (socket) => {
      socket.write(makeHead() + START);
      pour(socket, makeEvent({ type: "ping" }).repeat(1_000));
    },
  },
  {
    does: "opens a million blocks",
    answer: streams(START, ...Array.from({ length: 1_000 }, (_, at) => opens(at)), says("Once "), "\n"),
  },
  { does: "sends an error that is no object", answer: streams(START, OPEN, makeEvent({ type: "error", error: [[]] })) },
  { does: "ends in the middle of a message", answer: streams(START, OPEN, says("")) },
];

export const hostileMessages = hostiles.map((hostile): Hostile => ({ ...hostile, dialect: "anthropic-messages" }));

function opens(at: number): string {
  const block = { type: "tool_use", id: "1", name: "look", input: {} };
  const numbers = Array.from({ length: 1_000 }, (_, index) => at * 1_000 + index);
  return numbers.map((index) => makeEvent({ type: "content_block_start", index, content_block: block })).join("");
}
