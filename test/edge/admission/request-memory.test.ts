import { expect, onTestFinished, test, vi } from "vitest";

import { ErrorReason } from "../../../gen/ts/understudy/v1/ledger_pb.ts";
import type { Refusal } from "../../../src/call/refusal.ts";
import { createRequestMemory } from "../../../src/edge/admission/request-memory.ts";
import { createUnfinishedRequests } from "../../../src/edge/admission/unfinished-requests.ts";

const CAP_BYTES = 1_000;

test("requests share a budget, and give back what they held", () => {
  const memory = createRequestMemory(() => CAP_BYTES);
  const [one, other] = [memory.open("a", 1), memory.open("b", 1)];
  expect(one.take(600)).toBeUndefined();
  expect(other.take(600)).toMatchObject({ reason: ErrorReason.OVERLOADED, retryAfterMs: 1_000 });
  one.settle(300);
  expect(other.take(600)).toBeUndefined();
  one.release();
  other.release();
  expect(memory.open("a", 1).take(CAP_BYTES)).toBeUndefined();
});

test("a request that needs more than all is too large: asking again would not help", () => {
  const memory = createRequestMemory(() => CAP_BYTES);
  const held = memory.open("a", 1);
  expect(held.take(600)).toBeUndefined();
  expect(held.take(600)).toMatchObject({ reason: ErrorReason.TOO_LARGE });
});

test("one of several callers leaves the others their part", () => {
  const memory = createRequestMemory(() => CAP_BYTES);
  expect(memory.open("a", 0.5).take(300)).toBeUndefined();
  expect(memory.open("a", 0.5).take(300)).toMatchObject({ reason: ErrorReason.CALLER_LIMIT });
  expect(memory.open("b", 0.5).take(300)).toBeUndefined();
});

test("a request that has ended takes nothing more", () => {
  const memory = createRequestMemory(() => CAP_BYTES);
  const held = memory.open("a", 1);
  held.take(100);
  held.release();
  held.release();
  expect(held.take(1)).toMatchObject({ reason: ErrorReason.OVERLOADED });
  expect(memory.open("b", 1).take(CAP_BYTES)).toBeUndefined();
});

test("a budget that gets smaller refuses until there is room again", () => {
  let capBytes = CAP_BYTES;
  const memory = createRequestMemory(() => capBytes);
  const one = memory.open("a", 1);
  one.take(600);
  capBytes = 500;
  expect(memory.open("b", 1).take(1)).toMatchObject({ reason: ErrorReason.OVERLOADED });
  one.release();
  expect(memory.open("b", 1).take(500)).toBeUndefined();
});

test("requests that have been arriving for long make room, the oldest first", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const unfinished = createUnfinishedRequests();
  const memory = createRequestMemory(() => CAP_BYTES, unfinished);
  const told: string[] = [];
  const begin = (name: string, bytes: number) => {
    const held = memory.open(name, 1);
    expect(held.take(bytes)).toBeUndefined();
    return unfinished.begin((refusal: Refusal) => {
      held.release();
      told.push(`${name} ${refusal.message.includes("still arriving")}`);
    });
  };
  begin("first", 300);
  const arrived = begin("second", 300);
  begin("third", 300);

  const newcomer = memory.open("newcomer", 1);
  expect(newcomer.take(400)).toMatchObject({ reason: ErrorReason.OVERLOADED });
  vi.advanceTimersByTime(1_000);
  arrived();
  expect(newcomer.take(400)).toBeUndefined();
  expect(told).toEqual(["first true"]);
  expect(newcomer.take(300)).toBeUndefined();
  expect(told).toHaveLength(2);
  // The second has arrived: it stays.
  expect(newcomer.take(200)).toMatchObject({ reason: ErrorReason.OVERLOADED });
});
