import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { type Breaker, type BreakerLease, createBreaker } from "../../src/route/breaker.ts";

const LEGAL = new Set(["closed>open", "open>half-open", "half-open>closed", "half-open>open"]);

type Step =
  | { readonly kind: "fail"; readonly count: number }
  | { readonly kind: "admit"; readonly early: boolean }
  | { readonly kind: "end"; readonly index: number; readonly verdict: "ok" | "failed" | "neutral" | "contentArrived" }
  | { readonly kind: "pass"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("fail" as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("admit" as const), early: fc.boolean() }),
  fc.record({
    kind: fc.constant("end" as const),
    index: fc.nat(50),
    verdict: fc.constantFrom("ok", "failed", "failed", "neutral", "contentArrived"),
  }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 6_000, 29_000, 40_000) }),
);

afterEach(() => vi.useRealTimers());

test("goes closed -> open -> half-open -> closed or open only, with at most one probe, in any order of events", () => {
  vi.useFakeTimers();
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120, size: "max" }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (steps, random) => {
        const transitions: string[] = [];
        let before: Breaker["state"] = "closed";
        const breaker = createBreaker({
          name: "primary",
          random: () => random,
          onChange: () => {
            transitions.push(`${before}>${breaker.state}`);
            before = breaker.state;
          },
        });
        let probeCount = 0;
        const running: { lease: BreakerLease; probe: boolean }[] = [];
        for (const next of steps) {
          if (next.kind === "pass") {
            vi.advanceTimersByTime(next.ms);
          } else if (next.kind === "fail") {
            for (let failure = 0; failure < next.count; failure += 1) breaker.admit()?.failed();
          } else if (next.kind === "admit") {
            const probe = breaker.state !== "closed";
            const held = breaker.hold(next.early) !== undefined;
            const lease = breaker.admit(next.early);
            expect(lease === undefined).toBe(held);
            if (lease !== undefined) running.push({ lease, probe });
            if (lease !== undefined && probe) probeCount += 1;
            expect(probeCount).toBeLessThanOrEqual(1);
          } else if (running.length > 0) {
            const index = next.index % running.length;
            const ending = running[index];
            ending?.lease[next.verdict](performance.now());
            if (next.verdict === "contentArrived") continue;
            running.splice(index, 1);
            if (ending?.probe === true) probeCount -= 1;
          }
          expect(before).toBe(breaker.state);
        }
        for (const transition of transitions) {
          expect(LEGAL).toContain(transition);
          reached.add(transition);
        }
        breaker.dispose();
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
  expect(reached).toEqual(LEGAL);
});
