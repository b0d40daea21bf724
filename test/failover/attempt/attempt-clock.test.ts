import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { GapLimits, SharedGap, SharedLimits } from "../../../src/call/plan.ts";
import { AttemptClock, type ClockOptions } from "../../../src/failover/attempt/attempt-clock.ts";
import type { Outcome } from "../../../src/failover/attempt/outcome.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fake timers count a turn of the event loop, in which the clock looks once more, as 1 ms. */
const TURN_MS = 1;

const LIMITS: ClockOptions["limits"] = {
  connectTimeoutMs: 5_000,
  firstProgress: { suspectMs: 4_000, confirmMs: 15_000 },
  text: { suspectMs: 5_000, confirmMs: 20_000 },
  tool: { suspectMs: 15_000, confirmMs: 45_000 },
  reasoning: { suspectMs: 45_000, confirmMs: 180_000 },
  silenceTimeoutMs: 45_000,
  minTokensPerS: 0,
};

/** The same limits for everybody; a silence is a sign until the confirm limit. */
const shared = ({ suspectMs, confirmMs }: GapLimits): SharedGap => ({ suspectMs, confirmMs, signEndsMs: confirmMs });
const SHARED: SharedLimits = {
  ...LIMITS,
  firstProgress: shared(LIMITS.firstProgress),
  text: shared(LIMITS.text),
  tool: shared(LIMITS.tool),
  reasoning: shared(LIMITS.reasoning),
};

/** Starts a clock and notes what it says and when. */
function startClock(more: Partial<ClockOptions> = {}) {
  const startedAtMs = performance.now();
  const said: Array<readonly [atMs: number, what: Outcome | "suspected"]> = [];
  const note = (what: Outcome | "suspected"): void =>
    void said.push([Math.round(performance.now() - startedAtMs), what]);
  const clock = new AttemptClock({
    limits: LIMITS,
    sharedLimits: SHARED,
    budgetMs: Number.POSITIVE_INFINITY,
    pings: false,
    onExpire: note,
    onSuspect: () => note("suspected"),
    onSign: () => {},
    ...more,
  });
  const progress = (phase: "text" | "tool" | "reasoning"): void => clock.progress(phase, performance.now());
  return { clock, said, progress };
}

test("suspects and then ends an attempt that never begins", () => {
  const { said } = startClock();
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([
    [4_000, "suspected"],
    [15_000 + TURN_MS, { kind: "timedOut", limitMs: 15_000 }],
  ]);
});

test("counts from the latest progress, exactly", () => {
  const { said, progress } = startClock();
  vi.advanceTimersByTime(1_234);
  progress("text");
  vi.advanceTimersByTime(4_321);
  progress("text");
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([
    [10_555, "suspected"],
    [25_555 + TURN_MS, { kind: "stalled", limitMs: 20_000, phase: "text" }],
  ]);
});

test("takes the limits of the phase, also when a shorter one follows a longer one", () => {
  const { said, progress } = startClock();
  progress("reasoning");
  vi.advanceTimersByTime(40_000);
  progress("text");
  vi.advanceTimersByTime(20_000 + TURN_MS);
  expect(said.at(-1)).toEqual([60_000 + TURN_MS, { kind: "stalled", limitMs: 20_000, phase: "text" }]);
});

test("a byte that is not content resets nothing but the silence", () => {
  const { clock, said, progress } = startClock({ pings: true });
  progress("reasoning");
  for (let pings = 0; pings < 10; pings++) {
    vi.advanceTimersByTime(30_000);
    clock.alive();
  }
  expect(said.at(-1)).toEqual([180_000 + TURN_MS, { kind: "stalled", limitMs: 180_000, phase: "reasoning" }]);
});

test("a route that pings and falls silent is left long before its reasoning limit", () => {
  const { clock, said, progress } = startClock({ pings: true });
  progress("reasoning");
  vi.advanceTimersByTime(30_000);
  clock.alive();
  vi.advanceTimersByTime(60_000);
  expect(said.at(-1)).toEqual([75_000 + TURN_MS, { kind: "stalled", limitMs: 45_000, phase: "reasoning" }]);
});

test("a deadline that leaves less than the limit cuts the wait short, until the first progress", () => {
  const waiting = startClock({ budgetMs: 3_000 });
  const begun = startClock({ budgetMs: 3_000 });
  begun.progress("text");
  vi.advanceTimersByTime(10_000);
  expect(waiting.said).toEqual([[3_000 + TURN_MS, { kind: "timedOut", limitMs: 3_000, cutShort: "deadline" }]]);
  expect(begun.said).toEqual([[5_000, "suspected"]]);
});

test("rests while the client is not reading", () => {
  const { clock, said, progress } = startClock();
  progress("text");
  vi.advanceTimersByTime(10_000);
  clock.pause();
  vi.advanceTimersByTime(300_000);
  clock.resume();
  vi.advanceTimersByTime(9_999);
  expect(said.filter(([, what]) => what !== "suspected")).toEqual([]);
  vi.advanceTimersByTime(1 + TURN_MS);
  expect(said.at(-1)?.[0]).toBe(320_000 + TURN_MS);
});

test("time that this process was busy does not count", () => {
  const { clock, said, progress } = startClock();
  progress("text");
  vi.advanceTimersByTime(19_000);
  // The process is busy for 3 s: its timers fire late, and what came meanwhile is read only afterwards.
  const busyUntilMs = performance.now() + 3_000;
  vi.spyOn(performance, "now").mockReturnValue(busyUntilMs);
  vi.advanceTimersByTime(1_000);
  vi.restoreAllMocks();
  // The upstream, which was kept waiting as well, gets a moment to answer.
  vi.advanceTimersByTime(30);
  progress("text");
  expect(said.filter(([, what]) => what !== "suspected")).toEqual([]);
  clock.stop();
});

test("what was waiting in the socket when the limit passed is read before the silence counts", () => {
  const { clock, said, progress } = startClock();
  progress("text");
  vi.advanceTimersByTime(20_000);
  // The timer has fired; the turn of the event loop that follows reads the socket.
  progress("text");
  vi.advanceTimersByTime(1_000);
  expect(said.filter(([, what]) => what !== "suspected")).toEqual([]);
  clock.stop();
});

test("says nothing more after it was stopped", () => {
  const { clock, said } = startClock();
  clock.stop();
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
});

test("after a lag of this process a silence says nothing of the route before it has lasted anew", () => {
  const signs: string[] = [];
  const { clock, progress } = startClock({ onSign: () => signs.push(clock.sign) });
  progress("text");
  // The process is busy for 3 s: its timers fire so much late.
  const realNow = performance.now.bind(performance);
  const busy = vi.spyOn(performance, "now").mockImplementation(() => realNow() + 3_000);
  vi.advanceTimersByTime(5_000);
  vi.advanceTimersByTime(4_000);
  expect(signs).toEqual([]);
  vi.advanceTimersByTime(1_500);
  expect(signs).toEqual(["silent"]);
  busy.mockRestore();
  clock.stop();
});
