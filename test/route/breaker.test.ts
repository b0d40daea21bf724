import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Breaker, type BreakerLease, createBreaker } from "../../src/route/breaker.ts";

const WITHOUT_JITTER = 0.5;

let states: Breaker["state"][];
let breaker: Breaker;

function startBreaker(random = WITHOUT_JITTER): Breaker {
  states = [];
  breaker = createBreaker({ name: "primary", random: () => random, onChange: () => states.push(breaker.state) });
  return breaker;
}

function lease(early = false): BreakerLease {
  const given = breaker.admit(early);
  if (given === undefined) throw new Error(`no lease while ${breaker.state}`);
  return given;
}

function record(verdicts: string): void {
  for (const verdict of verdicts) {
    if (verdict === "F") lease().failed();
    else if (verdict === "S") lease().ok();
    else lease().neutral();
  }
}

function trip(): void {
  record("FFF");
}

beforeEach(() => {
  vi.useFakeTimers();
  startBreaker();
});

afterEach(() => {
  breaker.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("opens", () => {
  test.each([
    ["after 3 failures in a row", "FFF", "open"],
    ["after 3 failures in a row behind many successes", "SSSSSSSSSSFFF", "open"],
    ["above half of 5 verdicts", "FSFSF", "open"],
    ["not at half of 6 verdicts", "FSFSSF", "closed"],
    ["not at 2 of 2 verdicts", "FF", "closed"],
    ["not at a high share of 4 verdicts", "FFSF", "closed"],
    ["on a neutral verdict neither as failure nor as success", "FNFNNF", "open"],
    ["on no number of neutral verdicts", "NNNNNNNNNN", "closed"],
  ])("%s", (_, verdicts, state) => {
    record(verdicts);
    expect(breaker.state).toBe(state);
  });

  test("within the same call as the verdict", () => {
    trip();
    expect(breaker.admit()).toBeUndefined();
    expect(states).toEqual(["open"]);
  });

  test("not on failures that are older than a minute", () => {
    record("FSFS");
    vi.advanceTimersByTime(60_000);
    record("F");
    expect(breaker.state).toBe("closed");
  });

  test("not on fewer failures than half behind a long quiet time", () => {
    record("S");
    vi.advanceTimersByTime(60_000);
    record("SSSFFSFSF");
    expect(breaker.state).toBe("closed");
  });

  test("on failures spread over most of a minute", () => {
    for (const verdict of "FSFS") {
      record(verdict);
      vi.advanceTimersByTime(12_000);
    }
    expect(states).toEqual([]);
    record("F");
    expect(states).toEqual(["open"]);
  });

  test.each([
    ["FFF", "3 failures in a row"],
    ["FSFSF", "3 of 5 attempts failed within 60 s"],
  ])("with the cause of %s", (verdicts, cause) => {
    record(verdicts);
    expect(breaker.hold(false)?.cause).toBe(cause);
  });
});

describe("stays open", () => {
  test.each([
    [0, 8_000],
    [0.5, 10_000],
    [0.999_999, 12_000],
  ])("for 10 s varied by a fifth: random %d gives %d ms", (random, lengthMs) => {
    breaker.dispose();
    startBreaker(random);
    trip();
    expect(breaker.openUntilMs).toBeCloseTo(performance.now() + lengthMs, -2);
    vi.advanceTimersByTime(lengthMs - 10);
    expect(breaker.state).toBe("open");
    vi.advanceTimersByTime(20);
    expect(breaker.state).toBe("half-open");
  });

  test("twice as long after each failed probe, up to 30 s", () => {
    trip();
    const lengthsMs: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const lengthMs = (breaker.openUntilMs ?? 0) - performance.now();
      lengthsMs.push(Math.round(lengthMs));
      vi.advanceTimersByTime(lengthMs + 1);
      lease().failed();
    }
    expect(lengthsMs).toEqual([10_000, 20_000, 30_000, 30_000, 30_000, 30_000]);
  });

  test.each([
    ["10 s again after a recovery that held for a minute", 60_000, 10_000],
    ["longer after a recovery that did not hold", 59_000, 20_000],
  ])("%s", (_, closedMs, lengthMs) => {
    trip();
    vi.advanceTimersByTime(10_000);
    lease().ok();
    vi.advanceTimersByTime(closedMs);
    trip();
    expect((breaker.openUntilMs ?? 0) - performance.now()).toBe(lengthMs);
  });

  test("doubled from 10 s again behind a recovery that held", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    lease().ok();
    vi.advanceTimersByTime(60_000);
    trip();
    vi.advanceTimersByTime(10_000);
    lease().failed();
    expect((breaker.openUntilMs ?? 0) - performance.now()).toBe(20_000);
  });

  test("no longer for the failures of calls that were in flight when it opened", () => {
    const late = lease();
    trip();
    const untilMs = breaker.openUntilMs;
    vi.advanceTimersByTime(5_000);
    late.failed();
    expect(breaker.openUntilMs).toBe(untilMs);
  });
});

describe("half-open", () => {
  beforeEach(() => {
    trip();
    vi.advanceTimersByTime(10_000);
    expect(states).toEqual(["open", "half-open"]);
  });

  test("lets one call at a time through", () => {
    const probe = lease();
    expect(breaker.admit()).toBeUndefined();
    expect(breaker.admit(true)).toBeUndefined();
    expect(breaker.hold(false)).toMatchObject({ probing: true, untilMs: undefined });
    probe.neutral();
    expect(breaker.hold(false)).toBeUndefined();
    lease();
  });

  test("closes when the probe ends well", () => {
    lease().ok();
    expect(breaker.state).toBe("closed");
  });

  test("forgets the verdicts from before when it closes", () => {
    lease().ok();
    record("FSFS");
    expect(breaker.state).toBe("closed");
  });

  test("closes at the probe's 32nd piece of content, and passes over its later end", () => {
    const probe = lease();
    for (let piece = 1; piece < 32; piece += 1) probe.contentArrived(performance.now());
    expect(breaker.state).toBe("half-open");
    probe.contentArrived(performance.now());
    expect(breaker.state).toBe("closed");
    probe.failed();
    record("FF");
    expect(breaker.state).toBe("closed");
  });

  test("opens again when the probe fails", () => {
    lease().failed();
    expect(states).toEqual(["open", "half-open", "open"]);
    expect(breaker.hold(false)?.cause).toBe("the call that tested it failed");
  });

  test("passes over a second verdict of the probe", () => {
    const probe = lease();
    probe.neutral();
    probe.failed();
    probe.ok();
    expect(breaker.state).toBe("half-open");
  });
});

describe("early", () => {
  beforeEach(trip);

  test("lets one call at a time through before the time is over", () => {
    const probe = lease(true);
    expect(states).toEqual(["open", "half-open"]);
    expect(breaker.admit(true)).toBeUndefined();
    probe.ok();
    expect(states).toEqual(["open", "half-open", "closed"]);
  });

  test.each(["failed", "neutral"] as const)("changes nothing when the probe is %s", (verdict) => {
    const untilMs = breaker.openUntilMs;
    lease(true)[verdict]();
    expect(states).toEqual(["open", "half-open", "open"]);
    expect(breaker.openUntilMs).toBe(untilMs);
    expect(breaker.admit()).toBeUndefined();
    lease(true);
  });

  test("keeps its place when the time ends under way", () => {
    const probe = lease(true);
    vi.advanceTimersByTime(10_000);
    expect(breaker.admit()).toBeUndefined();
    probe.failed();
    expect(states).toEqual(["open", "half-open", "open"]);
    expect((breaker.openUntilMs ?? 0) - performance.now()).toBe(20_000);
  });
});

describe("has none of opossum's traps:", () => {
  test("1. calls in flight do not dilute the share of failures", () => {
    const inFlight = Array.from({ length: 10 }, () => lease());
    record("FSFSF");
    expect(breaker.state).toBe("open");
    for (const late of inFlight) late.neutral();
  });

  test("1. calls that were refused do not dilute it after the recovery", () => {
    trip();
    for (let refused = 0; refused < 50; refused += 1) expect(breaker.admit()).toBeUndefined();
    vi.advanceTimersByTime(10_000);
    lease().ok();
    record("FSFSF");
    expect(breaker.state).toBe("open");
  });

  test("2. calls longer than the window count when they end", () => {
    const long = Array.from({ length: 3 }, () => lease());
    vi.advanceTimersByTime(200_000);
    for (const call of long) call.failed();
    expect(breaker.state).toBe("open");
  });

  test("3. a probe that never ends locks nobody out for good", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    const lost = lease();
    vi.advanceTimersByTime(600_000);
    const next = lease();
    lost.failed();
    expect(breaker.state).toBe("half-open");
    next.ok();
    expect(breaker.state).toBe("closed");
  });

  test("4. a cancelled probe does not close the breaker", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    lease().neutral();
    expect(breaker.state).toBe("half-open");
  });

  test("5. a success from before the trip does not close it", async () => {
    const stale = lease();
    trip();
    vi.advanceTimersByTime(10_000);
    stale.ok();
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.state).toBe("half-open");
  });

  test("5. failures from before the trip neither fail the probe nor count after the recovery", () => {
    const stale = Array.from({ length: 6 }, () => lease());
    trip();
    stale[0]?.failed();
    vi.advanceTimersByTime(10_000);
    stale[1]?.failed();
    expect(breaker.state).toBe("half-open");
    lease().ok();
    for (const late of stale.slice(2)) late.failed();
    expect(breaker.state).toBe("closed");
  });

  test("6. the failures from before the trip do not count after the recovery", () => {
    record("FSFSF");
    vi.advanceTimersByTime(10_000);
    lease().ok();
    record("FSSF");
    expect(breaker.state).toBe("closed");
  });

  test("7. streams that all die after their first content open it", () => {
    for (let stream = 0; stream < 3; stream += 1) {
      const dying = lease();
      for (let piece = 0; piece < 100; piece += 1) dying.contentArrived(performance.now());
      dying.failed();
    }
    expect(breaker.state).toBe("open");
  });

  test("8. the end of the opening is counted from the opening", () => {
    vi.advanceTimersByTime(1_000_000);
    trip();
    expect(breaker.openUntilMs).toBe(performance.now() + 10_000);
  });

  test("9. more calls at once than places is not its business", () => {
    const many = Array.from({ length: 1_000 }, () => lease());
    for (const call of many) call.ok();
    expect(breaker.state).toBe("closed");
  });

  test("no timer runs while it is closed, and one that is disposed of runs none", () => {
    expect(vi.getTimerCount()).toBe(0);
    trip();
    expect(vi.getTimerCount()).toBe(1);
    breaker.dispose();
    expect(vi.getTimerCount()).toBe(0);
    expect(breaker.admit(true)).toBeUndefined();
  });
});

describe("an operator's reset", () => {
  test("closes it and forgets failures in a row and doubling", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    lease().failed();
    breaker.reset();
    expect(breaker.state).toBe("closed");
    record("FF");
    breaker.reset();
    record("FF");
    expect(breaker.state).toBe("closed");
    record("F");
    expect((breaker.openUntilMs ?? 0) - performance.now()).toBe(10_000);
  });

  test("forgets the verdicts of a closed one", () => {
    record("FSFS");
    breaker.reset();
    record("FSSSF");
    expect(states).toEqual([]);
  });

  test("forgets the verdicts of an open one", () => {
    record("FSFSF");
    breaker.reset();
    record("FSSFS");
    expect(states).toEqual(["open", "closed"]);
  });

  test("counts the next minute from then on", () => {
    vi.advanceTimersByTime(5_900);
    breaker.reset();
    record("FSFS");
    vi.advanceTimersByTime(59_900);
    record("F");
    expect(breaker.state).toBe("open");
  });

  test("passes over the verdict of a probe under way", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    const probe = lease();
    breaker.reset();
    expect(states).toEqual(["open", "half-open", "closed"]);
    probe.failed();
    expect(breaker.state).toBe("closed");
  });

  test("takes the place from a probe under way", () => {
    trip();
    vi.advanceTimersByTime(10_000);
    const probe = lease();
    breaker.reset();
    trip();
    vi.advanceTimersByTime(10_000);
    const next = lease();
    probe.ok();
    expect(breaker.state).toBe("half-open");
    next.ok();
    expect(breaker.state).toBe("closed");
  });

  test("passes over failures of calls from before an opening", () => {
    const stale = [lease(), lease(), lease()];
    trip();
    breaker.reset();
    for (const late of stale) late.failed();
    expect(breaker.state).toBe("closed");
  });

  test("leaves no cause and no time behind", () => {
    trip();
    breaker.reset();
    expect(breaker.hold(false)).toBeUndefined();
    expect(breaker.openUntilMs).toBeUndefined();
    vi.advanceTimersByTime(10_000);
    expect(states).toEqual(["open", "closed"]);
  });
});
