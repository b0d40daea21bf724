import { expect, onTestFinished, test, vi } from "vitest";

import {
  type AdmissionQueue,
  createAdmissionQueue,
  type QueueLimits,
} from "../../../src/edge/admission/admission-queue.ts";

const LIMITS: QueueLimits = {
  startsPerTurn: 2,
  maxWaiting: 40,
  maxWaitingOverloaded: 4,
  patienceMs: 10_000,
  burstMs: 2_000,
};

interface Line {
  readonly queue: AdmissionQueue;
  /** Who started and who was shed, in order: `start 1`, `shed 2`. */
  readonly told: string[];
  /** Lets these in. */
  readonly enter: (...names: number[]) => void;
  /** The client of one leaves. */
  readonly leave: (name: number) => void;
  /** One turn of the event loop, that takes so many milliseconds. */
  readonly turn: (ms?: number) => void;
  /** How many started so far, and how many were shed. */
  readonly count: (what: "start" | "shed") => number;
}

/** Stands before a queue, under fake timers. */
function stand(limits: Partial<QueueLimits> = {}): Line {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  // Its own clock: the fake one would run all turns of a time at once.
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => void vi.restoreAllMocks());
  const queue = createAdmissionQueue({ ...LIMITS, ...limits });
  const told: string[] = [];
  const gone = new Set<number>();
  return {
    queue,
    told,
    enter(...names) {
      for (const name of names) {
        queue.enter({
          party: "one",
          isGone: () => gone.has(name),
          start: () => void told.push(`start ${name}`),
          shed: () => void told.push(`shed ${name}`),
        });
      }
    },
    leave: (name) => void gone.add(name),
    turn(ms = 0) {
      nowMs += ms;
      vi.advanceTimersToNextTimer();
    },
    count: (what) => told.filter((each) => each.startsWith(what)).length,
  };
}

test("what comes to a quiet server starts at once", () => {
  const { told, enter } = stand();
  enter(1, 2);
  expect(told).toEqual(["start 1", "start 2"]);
});

test("what is more than one turn can take starts in the next ones, in order", () => {
  const { told, enter, queue, turn } = stand();
  enter(1, 2, 3, 4, 5);
  expect(told).toEqual(["start 1", "start 2"]);
  expect(queue.waitingCount).toBe(3);
  turn();
  expect(told.slice(2)).toEqual(["start 3", "start 4"]);
  turn();
  expect(told.slice(4)).toEqual(["start 5"]);
});

test("nobody who comes later passes those who wait in a short line", () => {
  const { told, enter, turn } = stand();
  enter(1, 2, 3);
  turn();
  enter(4, 5);
  turn();
  expect(told).toEqual(["start 1", "start 2", "start 3", "start 4", "start 5"]);
});

test("what was reset while it waited never runs, and takes no turn", () => {
  const { told, enter, leave, turn } = stand();
  enter(1, 2, 3, 4, 5);
  leave(3);
  leave(4);
  turn();
  expect(told).toEqual(["start 1", "start 2", "start 5"]);
});

test("in a long line the newest come first", () => {
  const { told, enter, turn } = stand();
  enter(...Array.from({ length: 22 }, (_, index) => index + 1));
  turn();
  expect(told.slice(2)).toEqual(["start 22", "start 21"]);
});

test("a burst is served to its end, however long that takes within patience", () => {
  const { count, enter, turn } = stand();
  enter(...Array.from({ length: 40 }, (_, index) => index + 1));
  for (let turns = 0; turns < 40; turns += 1) turn(200);
  expect(count("start")).toBe(40);
});

test("who waited beyond patience is shed", () => {
  const { told, enter, turn } = stand();
  enter(1, 2, 3, 4, 5);
  turn(LIMITS.patienceMs + 1);
  expect(told.slice(2)).toEqual(["shed 3", "shed 4", "shed 5"]);
});

test("where more come than start for longer than a burst, only a short line waits", () => {
  const { told, count, enter, turn, queue } = stand({ maxWaiting: 10_000 });
  let name = 0;
  const overload = (turns: number): void => {
    for (let done = 0; done < turns; done += 1) {
      for (let come = 0; come < 10; come += 1) enter((name += 1));
      turn(10);
    }
  };
  overload(190);
  expect(count("shed")).toBe(0);
  overload(110);
  expect(queue.waitingCount).toBeLessThanOrEqual(LIMITS.maxWaitingOverloaded);
  told.length = 0;
  overload(50);
  // Work goes on at the full rate, and the rest is told at once.
  expect(count("start")).toBe(50 * LIMITS.startsPerTurn);
  expect(count("shed")).toBe(50 * (10 - LIMITS.startsPerTurn));

  for (let turns = 0; turns < 10; turns += 1) turn(100);
  told.length = 0;
  enter(...Array.from({ length: 30 }, () => (name += 1)));
  for (let turns = 0; turns < 20; turns += 1) turn(10);
  expect(count("start")).toBe(30);
});

test("nobody starts while connections come, and then everybody", () => {
  const { told, enter, queue, turn } = stand();
  queue.arriving();
  enter(1);
  turn();
  expect(told).toEqual([]);
  turn();
  expect(told).toEqual(["start 1"]);
});

test("connections that come for ever do not keep calls from starting", () => {
  const { count, enter, turn, queue } = stand();
  for (let name = 1; name <= 30; name += 1) {
    queue.arriving();
    enter(name);
    turn(1);
  }
  // Every ten milliseconds, those of one turn.
  expect(count("start")).toBe(3 * LIMITS.startsPerTurn);
});

test("who is turned away has come: the overload goes on for as long as they do", () => {
  const { told, count, enter, turn, queue } = stand({ maxWaiting: 10_000 });
  let name = 0;
  let awayCount = 0;
  const overload = (turns: number): void => {
    for (let done = 0; done < turns; done += 1) {
      for (let come = 0; come < 10; come += 1) {
        if (queue.turnsAway("one")) awayCount += 1;
        else enter((name += 1));
      }
      turn(10);
    }
  };
  overload(190);
  expect(awayCount).toBe(0);
  overload(110);
  told.length = 0;
  awayCount = 0;
  overload(100);
  expect(awayCount).toBe(100 * (10 - LIMITS.startsPerTurn));
  expect(count("start")).toBe(100 * LIMITS.startsPerTurn);
  expect(count("shed")).toBe(0);
});

test("parties take turns, and who floods waits and is shed alone", () => {
  const { told, enter, turn, queue } = stand({ maxWaiting: 10_000 });
  const others: string[] = [];
  const other = (name: number): void =>
    queue.enter({
      party: "other",
      isGone: () => false,
      start: () => void others.push(`start ${name}`),
      shed: () => void others.push(`shed ${name}`),
    });
  let name = 0;
  for (let turns = 0; turns < 400; turns += 1) {
    for (let come = 0; come < 10; come += 1) enter((name += 1));
    if (turns % 10 === 0) {
      expect(queue.turnsAway("other")).toBe(false);
      other(turns);
    }
    turn(10);
  }
  expect(others).toEqual(Array.from({ length: 40 }, (_, index) => `start ${index * 10}`));
  expect(told.some((each) => each.startsWith("shed"))).toBe(true);
});
