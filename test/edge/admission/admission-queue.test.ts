import { expect, onTestFinished, test, vi } from "vitest";

import {
  type AdmissionQueue,
  createAdmissionQueue,
  type QueueLimits,
} from "../../../src/edge/admission/admission-queue.ts";

const LIMITS: QueueLimits = {
  startsPerTurn: 2,
  maxWaiting: 40,
  maxOverloaded: 2,
  patienceMs: 10_000,
  burstMs: 1_000,
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

test("while more come than start, the newest of a long line come first", () => {
  const { told, enter, turn } = stand();
  const names = Array.from({ length: 30 }, (_, index) => index + 1);
  enter(...names.slice(0, 18));
  turn();
  expect(told.slice(2)).toEqual(["start 3", "start 4"]);
  enter(...names.slice(18));
  turn(4);
  expect(told.slice(4)).toEqual(["start 30", "start 29"]);
  turn(260);
  expect(told.slice(6)).toEqual(["start 28", "start 27"]);
});

test("a burst is served in order when no more come", () => {
  const { told, enter, turn, queue } = stand({ maxWaiting: 4_000 });
  const names = Array.from({ length: 300 }, (_, index) => index + 1);
  enter(...names);
  for (let turns = 0; turns < 60; turns += 1) turn(10); // one window, and the next
  expect(queue.waitingCount).toBeGreaterThan(150);
  const left = names.filter((name) => !told.includes(`start ${name}`));
  told.length = 0;
  while (queue.waitingCount > 0) turn(10);
  expect(told).toEqual(left.map((name) => `start ${name}`));
});

test("2,000 that come within half a second are all served", () => {
  const { count, enter, turn } = stand({ startsPerTurn: 4, maxWaiting: 4_000 });
  let name = 0;
  for (let turns = 0; turns < 50; turns += 1) {
    for (let come = 0; come < 40; come += 1) enter((name += 1));
    turn(10);
  }
  for (let turns = 0; turns < 500; turns += 1) turn(10);
  expect([count("start"), count("shed")]).toEqual([2_000, 0]);
});

test.each([
  ["one by one", 1],
  ["in clumps", 25],
])("callers that ask again when they were answered, %s, are served in turn, however many they are", (_, clump) => {
  const { told, enter, turn } = stand({ maxWaiting: 4_000 });
  // As many as start within the patience of a line that never ends, at two in 10 ms.
  const callers = Array.from({ length: 300 }, (_caller, index) => index);
  const answered: string[] = [];
  const serve = (turns: number): string[] => {
    const all: string[] = [];
    for (let done = 0; done < turns; done += 1) {
      answered.push(...told.splice(0));
      turn(10);
      if (done % clump !== 0) continue;
      all.push(...answered);
      enter(...answered.splice(0).map((each) => Number(each.split(" ")[1])));
    }
    return all;
  };
  enter(...callers);
  serve(200);
  const served = Map.groupBy(serve(3_000), (each) => each);
  const counts = [...served.values()].map(({ length }) => length);
  expect([...served.keys()].toSorted()).toEqual(callers.map((name) => `start ${name}`).toSorted());
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
});

test("bursts with pauses between them are no overload", () => {
  const { count, enter, turn } = stand();
  for (let burst = 0; burst < 20; burst += 1) {
    enter(...Array.from({ length: 30 }, (_, index) => burst * 30 + index));
    for (let turns = 0; turns < 15; turns += 1) turn(10);
    turn(3_000);
  }
  expect([count("start"), count("shed")]).toEqual([600, 0]);
});

test("in a line that never ends nobody waits for long, although no more come than start", () => {
  const { told, enter, turn, queue } = stand({ maxWaiting: 4_000 });
  const cameMs = new Map<number, number>();
  let nowMs = 0;
  let name = 0;
  let seen = 0;
  const waitedMs: number[] = [];
  enter(...Array.from({ length: 1_000 }, () => (name += 1)));
  for (let turns = 0; turns < 2_000; turns += 1) {
    for (let come = 0; come < 2; come += 1) {
      enter((name += 1));
      cameMs.set(name, nowMs);
    }
    turn(10);
    nowMs += 10;
    for (const each of told.slice(seen)) {
      const [what, who] = each.split(" ");
      const since = cameMs.get(Number(who));
      if (what === "start" && nowMs > 15_000 && since !== undefined) waitedMs.push(nowMs - since);
    }
    seen = told.length;
  }
  expect(waitedMs.length).toBeGreaterThan(900);
  expect(Math.max(...waitedMs)).toBeLessThanOrEqual(2_010);
  expect(queue.waitingCount).toBeLessThanOrEqual(401);
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
  overload(90);
  expect(count("shed")).toBe(0);
  overload(210);
  expect(queue.waitingCount).toBeLessThanOrEqual(LIMITS.maxOverloaded);
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

/** Lets so many come in each of `turns` turns of 10 ms. */
function press({ enter, turn }: Line, names: Iterator<number>, each: number, turns: number): void {
  for (let done = 0; done < turns; done += 1) {
    for (let come = 0; come < each; come += 1) enter(names.next().value);
    turn(10);
  }
}

function* countUp(): Generator<number, never> {
  for (let name = 1; ; name += 1) yield name;
}

test("a half more than start is an overload", () => {
  const line = stand({ maxWaiting: 10_000 });
  press(line, countUp(), 3, 300);
  expect(line.queue.waitingCount).toBeLessThanOrEqual(LIMITS.maxOverloaded);
});

test("while more come than start, fewer start in a short turn, and no fewer in a long one", () => {
  const line = stand({ startsPerTurn: 8, maxWaiting: 10_000 });
  const names = countUp();
  press(line, names, 20, 50);
  const startIn = (ms: number): number => {
    line.told.length = 0;
    line.turn(ms);
    return line.count("start");
  };
  expect([startIn(1), startIn(1), startIn(4), startIn(16), startIn(100)]).toEqual([1, 1, 2, 8, 8]);
});

test("an overload goes on over a moment in which no more come than start, and is over after a second", () => {
  const line = stand({ maxWaiting: 10_000 });
  const names = countUp();
  press(line, names, 10, 300);
  press(line, names, 2, 30);
  press(line, names, 10, 1);
  expect(line.queue.waitingCount).toBeLessThanOrEqual(LIMITS.maxOverloaded);

  press(line, names, 2, 150);
  line.told.length = 0;
  press(line, names, 30, 1);
  press(line, names, 0, 20);
  expect(line.count("shed")).toBe(0);
});

test("a line that ended now and then is no line that never ends", () => {
  const line = stand({ maxWaiting: 10_000 });
  const names = countUp();
  for (let burst = 0; burst < 4; burst += 1) {
    press(line, names, 500, 1);
    press(line, names, 1, 499); // in its last turn nobody waits
  }
  expect(line.count("shed")).toBe(0);
});

test("a burst has its whole second after a pause", () => {
  const line = stand({ maxWaiting: 10_000 });
  const names = countUp();
  press(line, names, 3, 1);
  press(line, names, 0, 10);
  line.turn(3_000);
  press(line, names, 10, 90);
  expect(line.count("shed")).toBe(0);
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
    turn(10);
  }
  // Every tenth of a second, those of one turn.
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
  overload(90);
  expect(awayCount).toBe(0);
  overload(210);
  told.length = 0;
  awayCount = 0;
  overload(100);
  expect(awayCount).toBe(100 * (10 - LIMITS.startsPerTurn));
  expect(count("start")).toBe(100 * LIMITS.startsPerTurn);
  expect(count("shed")).toBe(0);
});

test("parties take turns, and who floods waits and is shed alone", () => {
  const line = stand({ maxWaiting: 10_000 });
  const names = countUp();
  const others: string[] = [];
  const other = (name: number): void =>
    line.queue.enter({
      party: "other",
      isGone: () => false,
      start: () => void others.push(`start ${name}`),
      shed: () => void others.push(`shed ${name}`),
    });
  for (let round = 0; round < 40; round += 1) {
    expect(line.queue.turnsAway("other")).toBe(false);
    // More at once than a party in an overload may have.
    for (let come = 0; come < 5; come += 1) other(round * 5 + come);
    press(line, names, 10, 10);
  }
  expect(others).toEqual(Array.from({ length: 200 }, (_, name) => `start ${name}`));
  expect(line.count("shed")).toBeGreaterThan(0);
});

test("two who flood have half each", () => {
  const line = stand({ maxWaiting: 10_000 });
  const names = countUp();
  let otherCount = 0;
  const other = (): void =>
    line.queue.enter({ party: "other", isGone: () => false, start: () => void (otherCount += 1), shed: () => {} });
  for (let turns = 0; turns < 400; turns += 1) {
    press(line, names, 10, 1);
    for (let come = 0; come < 10; come += 1) other();
  }
  const count = line.count("start");
  expect(Math.abs(count - otherCount)).toBeLessThan(0.05 * count);
});

test("of more than may wait the party that has the most is shed", () => {
  const line = stand();
  line.enter(...Array.from({ length: 60 }, (_, index) => index + 1));
  expect([line.count("start"), line.count("shed")]).toEqual([2, 18]);
  const others: string[] = [];
  line.queue.enter({
    party: "other",
    isGone: () => false,
    start: () => void others.push("start"),
    shed: () => void others.push("shed"),
  });
  press(line, countUp(), 0, 2);
  expect(others).toEqual(["start"]);
});

test("shedding takes its turns too", () => {
  const { count, enter, turn } = stand({ maxWaiting: 1_000 });
  enter(...Array.from({ length: 302 }, (_, index) => index + 1));
  turn(LIMITS.patienceMs + 1);
  expect(count("shed")).toBe(64);
  expect(count("start")).toBe(4);
});
