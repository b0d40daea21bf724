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
}

/** Stands before a queue, under fake timers. */
function stand(limits: Partial<QueueLimits> = {}): Line {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const queue = createAdmissionQueue({ ...LIMITS, ...limits });
  const told: string[] = [];
  const gone = new Set<number>();
  return {
    queue,
    told,
    enter(...names) {
      for (const name of names) {
        queue.enter({
          isGone: () => gone.has(name),
          start: () => void told.push(`start ${name}`),
          shed: () => void told.push(`shed ${name}`),
        });
      }
    },
    leave: (name) => void gone.add(name),
  };
}

/** One turn of the event loop. */
function turn(): void {
  vi.advanceTimersToNextTimer();
}

test("what comes to a quiet server starts at once", () => {
  const { told, enter } = stand();
  enter(1, 2);
  expect(told).toEqual(["start 1", "start 2"]);
});

test("what is more than one turn can take starts in the next ones, in order", () => {
  const { told, enter, queue } = stand();
  enter(1, 2, 3, 4, 5);
  expect(told).toEqual(["start 1", "start 2"]);
  expect(queue.waitingCount).toBe(3);
  turn();
  expect(told.slice(2)).toEqual(["start 3", "start 4"]);
  turn();
  expect(told.slice(4)).toEqual(["start 5"]);
});

test("nobody who comes later passes those who wait in a short line", () => {
  const { told, enter } = stand();
  enter(1, 2, 3);
  turn();
  enter(4, 5);
  turn();
  expect(told).toEqual(["start 1", "start 2", "start 3", "start 4", "start 5"]);
});

test("what was reset while it waited never runs, and takes no turn", () => {
  const { told, enter, leave } = stand();
  enter(1, 2, 3, 4, 5);
  leave(3);
  leave(4);
  turn();
  expect(told).toEqual(["start 1", "start 2", "start 5"]);
});

test("in a long line the newest come first", () => {
  const { told, enter } = stand();
  enter(...Array.from({ length: 22 }, (_, index) => index + 1));
  turn();
  expect(told.slice(2)).toEqual(["start 22", "start 21"]);
});

test("a burst is served to its end, however long that takes within patience", () => {
  const { told, enter } = stand();
  enter(...Array.from({ length: 40 }, (_, index) => index + 1));
  for (let count = 0; count < 40; count += 1) {
    vi.advanceTimersByTime(200);
    turn();
  }
  expect(told.filter((each) => each.startsWith("start"))).toHaveLength(40);
  expect(told.filter((each) => each.startsWith("shed"))).toEqual([]);
});

test("who waited beyond patience is shed", () => {
  const { told, enter } = stand();
  enter(1, 2, 3, 4, 5);
  vi.setSystemTime(Date.now());
  const blockedMs = LIMITS.patienceMs + 1;
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + blockedMs);
  turn();
  vi.restoreAllMocks();
  expect(told.slice(2)).toEqual(["shed 3", "shed 4", "shed 5"]);
});

test("where more come than start for longer than a burst, only a short line waits", () => {
  const { told, enter, queue } = stand({ maxWaiting: 10_000 });
  let name = 0;
  const overload = (turns: number): void => {
    for (let count = 0; count < turns; count += 1) {
      for (let come = 0; come < 10; come += 1) enter((name += 1));
      vi.advanceTimersByTime(10);
    }
  };
  overload(190);
  expect(told.filter((each) => each.startsWith("shed"))).toEqual([]);
  overload(110);
  expect(queue.waitingCount).toBeLessThanOrEqual(LIMITS.maxWaitingOverloaded);
  told.length = 0;
  overload(50);
  // Work goes on at the full rate, and the rest is told at once.
  const startCount = told.filter((each) => each.startsWith("start")).length;
  expect(startCount).toBeGreaterThanOrEqual(98);
  expect(told.length).toBeGreaterThanOrEqual(490);

  vi.advanceTimersByTime(1_000);
  told.length = 0;
  enter(...Array.from({ length: 30 }, () => (name += 1)));
  vi.advanceTimersByTime(1_000);
  expect(told.filter((each) => each.startsWith("start"))).toHaveLength(30);
});
