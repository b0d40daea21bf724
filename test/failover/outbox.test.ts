import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ReasoningDeltaSchema, TextDeltaSchema } from "../../gen/ts/understudy/v1/completion_service_pb.ts";
import { MAX_OUTBOX_BYTES } from "../../src/failover/engine-limits.ts";
import { type CallEvent, Outbox } from "../../src/failover/outbox.ts";

const text = (value: string): CallEvent => ({ case: "textDelta", value: create(TextDeltaSchema, { text: value }) });
const reasoning = (value: string, opaque?: string): CallEvent => ({
  case: "reasoningDelta",
  value: create(ReasoningDeltaSchema, opaque === undefined ? { text: value } : { text: value, opaque }),
});

async function readAll(outbox: Outbox) {
  const seen: Array<readonly [sequence: bigint, attempt: number, text: string]> = [];
  for await (const { sequence, attempt, event } of outbox) {
    seen.push([
      sequence,
      attempt,
      event.case === "textDelta" || event.case === "reasoningDelta" ? event.value.text : "",
    ]);
  }
  return seen;
}

test("merges neighbours of one attempt and kind that wait, and numbers what leaves", async () => {
  const outbox = new Outbox(() => {});
  outbox.push(1, text("a"), 1);
  outbox.push(1, text("b"), 1);
  outbox.push(1, reasoning("c"), 1);
  outbox.push(2, reasoning("d"), 1);
  outbox.push(2, text("e"), 1);
  outbox.end();
  expect(await readAll(outbox)).toEqual([
    [1n, 1, "ab"],
    [2n, 1, "c"],
    [3n, 2, "d"],
    [4n, 2, "e"],
  ]);
});

test("keeps a signature at the end of its own block", async () => {
  const outbox = new Outbox(() => {});
  outbox.push(1, reasoning("a"), 1);
  outbox.push(1, reasoning("", "sig"), 1);
  outbox.push(1, reasoning("b"), 1);
  outbox.end();
  expect((await readAll(outbox)).map(([, , value]) => value)).toEqual(["a", "", "b"]);
});

test("gives a waiting reader each event at once", async () => {
  const outbox = new Outbox(() => {});
  const first = outbox.next();
  outbox.push(1, text("a"), 1);
  outbox.push(1, text("b"), 1);
  expect((await first).value).toMatchObject({ event: { value: { text: "a" } } });
});

test("is full until a slow reader has taken what waits", async () => {
  const outbox = new Outbox(() => {});
  expect(outbox.full()).toBeUndefined();
  outbox.push(1, text("a"), MAX_OUTBOX_BYTES);
  const full = outbox.full();
  expect(full).toBeInstanceOf(Promise);
  await outbox.next();
  await full;
  expect(outbox.full()).toBeUndefined();
});

test("gives an error behind everything that waits", async () => {
  const outbox = new Outbox(() => {});
  outbox.push(1, text("a"), 1);
  outbox.end(new Error("broken"));
  await outbox.next();
  await expect(outbox.next()).rejects.toThrow("broken");
  expect(await outbox.next()).toMatchObject({ done: true });
});

test("tells when the reader stops, and takes nothing more", async () => {
  let returned = 0;
  const outbox = new Outbox(() => returned++);
  outbox.push(1, text("a"), 1);
  await outbox.return();
  outbox.push(1, text("b"), 1);
  expect(returned).toBe(1);
  expect(await outbox.next()).toMatchObject({ done: true });
});
