import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Breaker, type BreakerLease, createBreaker } from "../../src/route/breaker.ts";

let breaker: Breaker;

beforeEach(() => {
  vi.useFakeTimers();
  breaker = createBreaker({ name: "primary", random: () => 0.5, onChange: () => {} });
});

afterEach(() => {
  breaker.dispose();
  vi.useRealTimers();
});

/** Attempts that run, and have said something already. */
function speaking(count: number): BreakerLease[] {
  return Array.from({ length: count }, () => {
    const lease = breaker.admit();
    if (lease === undefined) throw new Error("no lease");
    lease.contentArrived(performance.now());
    return lease;
  });
}

function speak(leases: readonly BreakerLease[]): void {
  for (const lease of leases) lease.contentArrived(performance.now());
}

describe("failures within a second, while others go on,", () => {
  test.each([3, 20])("are one: %i streams that break in one tick", (count) => {
    const running = speaking(60);
    for (const lease of running.slice(0, count)) lease.failed();
    expect(breaker.state).toBe("closed");
    speak(running.slice(count));
    breaker.admit()?.failed();
    expect(breaker.state).toBe("closed");
  });

  test("are as many as there are seconds", () => {
    const running = speaking(60);
    for (let second = 0; second < 3; second++) {
      expect(breaker.state).toBe("closed");
      speak(running);
      for (const lease of running.splice(0, 3)) lease.failed();
      vi.advanceTimersByTime(1_000);
    }
    expect(breaker.state).toBe("open");
  });

  test("before any content count in the share of failures each", () => {
    speaking(60);
    for (let failure = 0; failure < 5; failure++) breaker.admit()?.failed();
    expect(breaker.state).toBe("open");
  });
});

describe("failures within a second count each", () => {
  test("where nothing else runs", () => {
    for (let failure = 0; failure < 3; failure++) breaker.admit()?.failed();
    expect(breaker.state).toBe("open");
  });

  test("where every stream breaks", () => {
    for (const lease of speaking(60)) lease.failed();
    expect(breaker.state).toBe("open");
  });

  test("where the others have said nothing for as long", () => {
    const running = speaking(60);
    vi.advanceTimersByTime(1_000);
    for (const lease of running.slice(0, 3)) lease.failed();
    expect(breaker.state).toBe("open");
  });
});
