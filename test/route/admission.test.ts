import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Availability_LimitOrigin as LimitOrigin } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import { createPlaces, type Place, type Places } from "../../src/route/admission.ts";

const never = new AbortController().signal;
const nothing = (): void => undefined;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function ask(places: Places, { maxWaitMs = 2_000, signal = never, asBackup = false } = {}): Promise<Place | undefined> {
  return places.take({ maxWaitMs, signal, asBackup });
}

async function occupy(places: Places, count: number, options = {}): Promise<Place[]> {
  const taken: Place[] = [];
  for (let place = 0; place < count; place += 1) {
    const next = await ask(places, { maxWaitMs: 0, ...options });
    if (next !== undefined) taken.push(next);
  }
  return taken;
}

test("gives as many places as declared, and 64 where nothing is declared", async () => {
  const declared = createPlaces(3, nothing);
  expect(await occupy(declared, 10)).toHaveLength(3);
  expect(declared.maxConcurrencyOrigin).toBe(LimitOrigin.CONFIGURED);
  const undeclared = createPlaces(undefined, nothing);
  expect(await occupy(undeclared, 100)).toHaveLength(64);
  expect(undeclared.maxConcurrencyOrigin).toBe(LimitOrigin.DEFAULT);
});

test("gives freed places to those who wait, in their order", async () => {
  const places = createPlaces(2, nothing);
  const [first, second] = await occupy(places, 2);
  const seated: string[] = [];
  for (const name of ["a", "b", "c"]) void ask(places).then((place) => place && seated.push(name));
  expect(places.waitingCount).toBe(3);
  first?.leave();
  second?.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(seated).toEqual(["a", "b"]);
  expect(places).toMatchObject({ inFlightCount: 2, waitingCount: 1 });
  places.dismissWaiting();
});

test("sends those who wait away at the end of their wait, on their signal, and when told to", async () => {
  const places = createPlaces(1, nothing);
  await occupy(places, 1);
  const call = new AbortController();
  const timedOut = ask(places, { maxWaitMs: 100 });
  const aborted = ask(places, { signal: call.signal });
  const dismissed = ask(places);
  await vi.advanceTimersByTimeAsync(100);
  expect(await timedOut).toBeUndefined();
  call.abort();
  expect(await aborted).toBeUndefined();
  expect(places.waitingCount).toBe(1);
  places.dismissWaiting();
  expect(await dismissed).toBeUndefined();
  expect(places).toMatchObject({ inFlightCount: 1, waitingCount: 0 });
});

test("gives no place to a call that has ended", async () => {
  const places = createPlaces(1, nothing);
  expect(await ask(places, { signal: AbortSignal.abort() })).toBeUndefined();
  expect(places.inFlightCount).toBe(0);
});

test("lets at most 256 wait", async () => {
  const places = createPlaces(1, nothing);
  await occupy(places, 1);
  for (let waiter = 0; waiter < 256; waiter += 1) void ask(places);
  expect(places.waitingCount).toBe(256);
  expect(await ask(places)).toBeUndefined();
  places.dismissWaiting();
});

test("counts a place that is left twice once", async () => {
  const places = createPlaces(2, nothing);
  const [first] = await occupy(places, 2);
  first?.leave();
  first?.leave();
  expect(places.inFlightCount).toBe(1);
});

describe("slow start of an undeclared route", () => {
  test("holds a backup that takes over at 16, and doubles every 5 s", async () => {
    const places = createPlaces(undefined, nothing);
    expect(await occupy(places, 100, { asBackup: true })).toHaveLength(16);
    expect(places).toMatchObject({ maxConcurrency: 16, maxConcurrencyOrigin: LimitOrigin.SLOW_START });
    vi.advanceTimersByTime(5_000);
    expect(await occupy(places, 100, { asBackup: true })).toHaveLength(16);
    vi.advanceTimersByTime(5_000);
    expect(await occupy(places, 100, { asBackup: true })).toHaveLength(32);
    expect(places).toMatchObject({ maxConcurrency: 64, maxConcurrencyOrigin: LimitOrigin.DEFAULT });
  });

  test("seats those who wait when the limit doubles", async () => {
    const places = createPlaces(undefined, nothing);
    await occupy(places, 16, { asBackup: true });
    vi.advanceTimersByTime(10_000);
    const waiting = Array.from({ length: 20 }, () => ask(places, { maxWaitMs: 60_000, asBackup: true }));
    expect(places.waitingCount).toBe(20);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(places).toMatchObject({ inFlightCount: 32, waitingCount: 4 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await Promise.all(waiting)).toHaveLength(20);
    expect(places).toMatchObject({ inFlightCount: 36, waitingCount: 0 });
  });

  test("begins anew at the end of the rest when a rate limit comes", async () => {
    const places = createPlaces(undefined, nothing);
    const before = await occupy(places, 17, { asBackup: true });
    vi.advanceTimersByTime(5_000);
    expect(places.maxConcurrency).toBe(32);
    places.rateLimited(performance.now() + 30_000);
    for (const place of before) place.leave();
    vi.advanceTimersByTime(34_999);
    for (let calls = 1; calls < 16; calls *= 2) {
      const [first] = await occupy(places, calls);
      first?.contentArrived();
    }
    expect(places.maxConcurrency).toBe(16);
    vi.advanceTimersByTime(1);
    expect(places.maxConcurrency).toBe(32);
  });

  test.each([
    ["a primary", createPlaces(undefined, nothing), { asBackup: false }, 64],
    ["a declared cap", createPlaces(40, nothing), { asBackup: true }, 40],
  ])("leaves %s alone", async (_, places, options, count) => {
    expect(await occupy(places, 100, options)).toHaveLength(count);
  });

  test("leaves a backup alone that had such a load within the last minute", async () => {
    const places = createPlaces(undefined, nothing);
    await occupy(places, 20);
    vi.advanceTimersByTime(59_000);
    expect(await occupy(places, 100, { asBackup: true })).toHaveLength(44);
  });
});

/** Places of a route whose rest just ended. */
function rested(cap: number | undefined): Places {
  const places = createPlaces(cap, nothing);
  places.rateLimited(performance.now());
  return places;
}

describe("after a rest", () => {
  test("one attempt goes first, and the others wait for what becomes of it", async () => {
    const places = rested(40);
    const [first] = await occupy(places, 1);
    const waits = ask(places);
    expect(places).toMatchObject({
      full: true,
      maxConcurrency: 1,
      maxConcurrencyOrigin: LimitOrigin.SLOW_START,
      waitingCount: 1,
    });
    first?.contentArrived();
    await expect(waits).resolves.toBeDefined();
  });

  test("their number doubles each time when one of the latest is answered, up to the limit of the route", async () => {
    const places = rested(40);
    const counts: number[] = [];
    for (let round = 0; round < 7; round++) {
      const started = await occupy(places, 100);
      counts.push(started.length);
      for (const place of started) place.contentArrived();
    }
    expect(counts).toEqual([1, 1, 2, 4, 8, 16, 8]);
    expect(places).toMatchObject({ maxConcurrency: 40, maxConcurrencyOrigin: LimitOrigin.CONFIGURED });
  });

  test("attempts from before it take no place of those that come back, and prove nothing", async () => {
    const places = createPlaces(40, nothing);
    const before = await occupy(places, 10);
    places.rateLimited(performance.now());
    for (const place of before) place.contentArrived();
    expect(await occupy(places, 100)).toHaveLength(1);
  });

  test("one that ends without an answer lets the next one try", async () => {
    const places = rested(undefined);
    for (let attempt = 0; attempt < 3; attempt++) {
      const [only, ...more] = await occupy(places, 5);
      expect(more).toHaveLength(0);
      only?.leave();
    }
  });

  test("the next rest begins anew, and sends those away who wait", async () => {
    const places = rested(40);
    const [first] = await occupy(places, 1);
    first?.contentArrived();
    await occupy(places, 1);
    const waits = ask(places);
    places.rateLimited(performance.now());
    await expect(waits).resolves.toBeUndefined();
    expect(await occupy(places, 5)).toHaveLength(1);
  });
});

test("loses and doubles no place in any order of events", async () => {
  const step = fc.record({
    kind: fc.constantFrom("ask", "ask", "leave", "abort", "pass", "limit", "content", "content"),
    index: fc.nat(30),
    asBackup: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      fc.array(step, { maxLength: 80, size: "max" }),
      async (cap, steps) => {
        const places = createPlaces(cap, nothing);
        const held: Place[] = [];
        const calls: AbortController[] = [];
        for (const { kind, index, asBackup } of steps) {
          const call = new AbortController();
          if (kind === "ask") {
            calls.push(call);
            void ask(places, { maxWaitMs: 500 + index, signal: call.signal, asBackup }).then(
              (place) => place && held.push(place),
            );
          } else if (kind === "leave") {
            held[index]?.leave();
            held.splice(index, 1);
          } else if (kind === "abort") {
            calls[index]?.abort();
          } else if (kind === "content") {
            held[index]?.contentArrived();
          } else if (kind === "limit") {
            places.rateLimited(performance.now() + index);
          }
          await vi.advanceTimersByTimeAsync(kind === "pass" ? index * 100 : 0);
          expect(places.inFlightCount).toBe(held.length);
          expect(places.inFlightCount).toBeLessThanOrEqual(cap ?? 64);
          expect(places.waitingCount > 0 && places.inFlightCount < places.maxConcurrency).toBe(false);
        }
        for (const place of held) place.leave();
        await vi.advanceTimersByTimeAsync(1_000);
        for (const place of held) place.leave();
        expect(places).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
