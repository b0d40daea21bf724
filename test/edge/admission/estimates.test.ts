import { create, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CompleteRequestSchema } from "../../../gen/ts/understudy/v1/completion_service_pb.ts";
import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import { estimateJson } from "../../../src/edge/admission/estimate-json.ts";
import { estimateMessage } from "../../../src/edge/admission/estimate-message.ts";
import { createRequestMemory } from "../../../src/edge/admission/request-memory.ts";
import { takeDecoded } from "../../../src/edge/admission/take-decoded.ts";

type RequestInit = MessageInitShape<typeof CompleteRequestSchema>;

function encode(init: RequestInit): Uint8Array {
  return toBinary(CompleteRequestSchema, create(CompleteRequestSchema, init));
}

const estimateRequest = (init: RequestInit) => estimateMessage(CompleteRequestSchema, encode(init));
const estimateText = (text: string) => estimateJson(Buffer.from(text));

describe("the estimate of a message", () => {
  test("counts messages, fields and elements", () => {
    // The request, two messages, and the role and the text of one.
    expect(estimateRequest({ messages: [{}, { role: 1, text: "x" }] }).partCount).toBe(5);
    // The request, and two entries of a map.
    expect(estimateRequest({ labels: { a: "b", c: "d" } }).partCount).toBe(3);
  });

  test("holds for a flood of empty messages: a hundred bytes of memory for two of the request", () => {
    const flood = Buffer.alloc(200_000);
    for (let at = 0; at < flood.length; at += 2) flood[at] = 0x1a;
    const estimate = estimateMessage(CompleteRequestSchema, flood);
    expect(estimate.partCount).toBe(100_001);
    expect(estimate.bytes).toBeGreaterThan(100_000 * 114);
  });

  test.each([
    ["English", "once upon a time ", 3],
    ["Chinese, of three bytes a character", "从前有一座山", 2],
    ["English with an emoji, which widens it all", "once upon a time in a land far, far away 🙂", 6],
  ])("weighs a text in %s by its characters", (_, text, factor) => {
    const long = text.repeat(10_000);
    const bytes = Buffer.byteLength(long);
    const estimated = estimateRequest({ messages: [{ text: long }] }).bytes;
    expect(estimated / bytes).toBeGreaterThan(factor * 0.9);
    expect(estimated / bytes).toBeLessThan(factor * 1.1);
  });

  test("of any bytes ends, with no more parts than bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(estimateMessage(CompleteRequestSchema, bytes).partCount).toBeLessThanOrEqual(8 * bytes.byteLength + 1);
      }),
    );
  });
});

describe("the estimate of JSON", () => {
  test("counts values, and nothing that stands in a string", () => {
    expect(estimateText('{"a":[1,2],"b":"{[,:"}').partCount).toBe(7);
    expect(estimateText(String.raw`{"a":"\"{[,:\\","b":1}`).partCount).toBe(5);
  });

  test("takes an escape for a character that widens its string", () => {
    expect(estimateText(`{"a":"${"\\u4e2d".repeat(100)}"}`).bytes).toBeGreaterThan(
      2 * estimateText(`{"a":"${"xu4e2d".repeat(100)}"}`).bytes * 0.7,
    );
  });

  test("is never less than that of the same request in protobuf without its names", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 50 });
    const messages = fc.array(fc.record({ role: fc.constant(1), text }), { maxLength: 20 });
    fc.assert(
      fc.property(messages, (list) => {
        const request = create(CompleteRequestSchema, { messages: list });
        const json = estimateJson(Buffer.from(toJsonString(CompleteRequestSchema, request)));
        expect(json.partCount).toBeGreaterThanOrEqual(list.length);
      }),
    );
  });

  test("of any text ends", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => void estimateText(text)));
    expect(estimateText('"').partCount).toBe(1);
    expect(estimateText('{"a\\').partCount).toBe(2);
  });
});

test("a request of too many parts is too large, whatever memory there is", () => {
  const held = createRequestMemory(() => Number.POSITIVE_INFINITY).open(undefined, 1);
  const refusal = takeDecoded(held, estimateJson(Buffer.from(`[${"1,".repeat(300_000)}1]`)));
  expect(refusal).toMatchObject({ reason: ErrorReason.TOO_LARGE, message: expect.stringContaining("250000") });
});
