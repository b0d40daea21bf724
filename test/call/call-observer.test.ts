import { expect, test } from "vitest";
import type { CallObserver, RouteChange } from "../../src/call/call-observer.ts";
import { joinObservers } from "../../src/call/call-observer.ts";
import { makeRecord } from "./make-record.ts";

const CHANGE: RouteChange = { route: "a", from: "available", to: "open", cause: "3 failures", untilMs: undefined };

/** An observer that writes what it is told into `told`. */
function writesTo(told: string[]): CallObserver {
  return {
    callEnded: ({ requestId }) => void told.push(requestId),
    routeChanged: ({ route }) => void told.push(route),
    operatorActed: ({ act }) => void told.push(act),
  };
}

const breaks: Required<CallObserver> = {
  callEnded() {
    throw new Error("the disk is full");
  },
  routeChanged() {
    throw new Error("the disk is full");
  },
  operatorActed() {
    throw new Error("the disk is full");
  },
};

const breaksLater: CallObserver = Object({
  async callEnded() {
    throw new Error("the store is gone");
  },
});

test("tells every observer everything, in order", () => {
  const [first, second]: [string[], string[]] = [[], []];
  const observer = joinObservers([writesTo(first), {}, writesTo(second)], () => {});
  observer.callEnded(makeRecord());
  observer.routeChanged(CHANGE);
  observer.operatorActed({ act: "reload", caller: undefined, requestId: undefined, what: [], reason: "" });
  expect(first).toEqual(["call-1", "a", "reload"]);
  expect(second).toEqual(first);
});

test("an observer that fails harms neither the call nor the others, and is told of once", () => {
  const told: string[] = [];
  const faults: unknown[] = [];
  const observer = joinObservers([breaks, writesTo(told)], (error) => faults.push(error));
  observer.callEnded(makeRecord());
  observer.callEnded(makeRecord({ requestId: "call-2" }));
  observer.routeChanged(CHANGE);
  expect(told).toEqual(["call-1", "call-2", "a"]);
  expect(faults).toEqual([new Error("the disk is full")]);
});

test("each of two observers that fail is told of", () => {
  const faults: unknown[] = [];
  const observer = joinObservers([{ ...breaks }, { ...breaks }], (error) => faults.push(error));
  observer.callEnded(makeRecord());
  observer.callEnded(makeRecord());
  expect(faults).toHaveLength(2);
});

test("nothing is thrown when the one who is told of failures fails as well", () => {
  const told: string[] = [];
  let failures = 0;
  const observer = joinObservers([breaks, writesTo(told)], () => {
    failures += 1;
    throw new Error("the log is closed");
  });
  observer.callEnded(makeRecord());
  observer.callEnded(makeRecord());
  expect(told).toEqual(["call-1", "call-1"]);
  expect(failures).toBe(1);
});

test("an observer that fails later, as an async function does, is told of once too", async () => {
  const faults: unknown[] = [];
  const observer = joinObservers([breaksLater], (error) => faults.push(error));
  observer.callEnded(makeRecord());
  observer.callEnded(makeRecord());
  await expect.poll(() => faults).toEqual([new Error("the store is gone")]);
});
