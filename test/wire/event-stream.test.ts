import { expect, test } from "vitest";
import { EventStream, type EventStreamFault } from "../../src/wire/event-stream.ts";

const MEBIBYTE = 1024 * 1024;

/** Feeds pieces until one does not fit. */
function feeds(piece: Buffer, times: number): { fault: EventStreamFault | undefined; fed: number; events: number } {
  let events = 0;
  const stream = new EventStream(() => {
    events += 1;
  });
  for (let fed = 1; fed <= times; fed += 1) {
    const fault = stream.feed(piece);
    if (fault !== undefined) return { fault, fed, events };
  }
  return { fault: undefined, fed: times, events };
}

test.each([
  ["one endless line", Buffer.alloc(64 * 1024, "x"), 1_600, "line too long", 17],
  ["an event of endless lines", Buffer.from(`data: ${"x".repeat(64 * 1024)}\n`), 1_600, "event too long", 64],
  ["endless comments", Buffer.from(`: ${"x".repeat(64 * 1024)}\n\n`), 1_600, "stream too long", 1_024],
])("stops at %s", (_what, piece, times, fault, fed) => {
  expect(feeds(piece, times)).toMatchObject({ fault, fed });
});

test("takes a line just within its limit", () => {
  const line = Buffer.from(`data: ${"x".repeat(MEBIBYTE - 7)}`);
  const read: number[] = [];
  const stream = new EventStream((data) => read.push(data.length));
  expect(stream.feed(line)).toBeUndefined();
  expect(stream.feed(Buffer.from("\n\n"))).toBeUndefined();
  expect(read).toEqual([MEBIBYTE - 7]);
});

test("gives names and data of events, and none for comments and unknown fields", () => {
  const read: [string, string | undefined][] = [];
  const stream = new EventStream((data, name) => read.push([data, name]));
  stream.feed(Buffer.from(": hello\n\nretry: x\nwhatever\n\nevent: ping\ndata: a\ndata:b\n\nid: 1\ndata: c\n\n"));
  expect(read).toEqual([
    ["a\nb", "ping"],
    ["c", undefined],
  ]);
});

test("gives out an event without its blank line at the end, and drops half a character", () => {
  const read: string[] = [];
  const stream = new EventStream((data) => read.push(data));
  stream.feed(Buffer.from("data: aé").subarray(0, 8));
  stream.end();
  expect(read).toEqual(["a"]);
});
