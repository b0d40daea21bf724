import fc from "fast-check";
import { expect, test } from "vitest";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../../src/call/refusal.ts";
import { MessageAssembler } from "../../../src/edge/admission/message-assembler.ts";

const tooLarge: Refusal = { reason: ErrorReason.TOO_LARGE, message: "too large" };
const full: Refusal = { reason: ErrorReason.OVERLOADED, message: "full" };

function assemble(enveloped: boolean, maxMessageBytes = 1_000_000, budgetBytes = Number.POSITIVE_INFINITY) {
  let reservedBytes = 0;
  const assembler = new MessageAssembler({
    enveloped,
    maxMessageBytes,
    tooLarge,
    reserve(bytes) {
      if (reservedBytes + bytes > budgetBytes) return full;
      reservedBytes += bytes;
      return undefined;
    },
  });
  return { assembler, reserved: () => reservedBytes };
}

function envelop(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

/** Bytes in pieces of these sizes, again and again. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.byteLength; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test("messages come whole, however their bytes are cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 3_000 }), { minLength: 1, maxLength: 5 });
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(messages, sizes, (sent, pieces) => {
      const { assembler } = assemble(true);
      const ready: Uint8Array[] = [];
      for (const piece of cut(Buffer.concat(sent.map(envelop)), pieces)) {
        expect(assembler.add(piece, ready)).toBeUndefined();
      }
      expect(ready.map((message) => Buffer.from(message))).toEqual(sent.map(envelop));
      expect(assembler.rest()).toBeUndefined();
    }),
  );
});

test("a body without envelopes is one message at its end", () => {
  const { assembler } = assemble(false);
  const ready: Uint8Array[] = [];
  for (const piece of cut(Buffer.from("a body in pieces"), [1, 2, 3])) assembler.add(piece, ready);
  expect(ready).toEqual([]);
  expect(Buffer.from(assembler.rest() ?? []).toString()).toBe("a body in pieces");
});

test("a half message is left for the library to refuse", () => {
  const { assembler } = assemble(true);
  const ready: Uint8Array[] = [];
  assembler.add(envelop(Buffer.from("whole")).subarray(0, 7), ready);
  expect(ready).toEqual([]);
  expect(assembler.rest()).toHaveLength(7);
});

test("a message is refused by what its envelope announces", () => {
  const { assembler, reserved } = assemble(true, 1_000);
  expect(assembler.add(Buffer.from([0, 0, 1, 0, 0]), [])).toBe(tooLarge);
  expect(reserved()).toBeLessThanOrEqual(5);
});

test.each([true, false])("a message of the largest size is taken, and no larger one (enveloped: %s)", (enveloped) => {
  const make = (size: number): Buffer => (enveloped ? envelop(Buffer.alloc(size)) : Buffer.alloc(size));
  expect(assemble(enveloped, 1_000).assembler.add(make(1_000), [])).toBeUndefined();
  expect(assemble(enveloped, 1_000).assembler.add(make(1_001), [])).toBe(tooLarge);
});

test("memory is reserved before it is used, and in all at most twice what came", () => {
  const { assembler, reserved } = assemble(false);
  for (const piece of cut(Buffer.alloc(100_000), [1])) assembler.add(piece, []);
  expect(reserved()).toBeGreaterThanOrEqual(100_000);
  expect(reserved()).toBeLessThanOrEqual(200_000);
});

test("a message that finds no memory is refused", () => {
  expect(assemble(true, 1_000_000, 10_000).assembler.add(envelop(Buffer.alloc(20_000)), [])).toBe(full);
});
