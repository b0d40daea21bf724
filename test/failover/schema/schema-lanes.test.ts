import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SchemaLanes, type SchemaLanesOptions } from "../../../src/failover/schema/schema-lanes.ts";

const QUICK_MS = 50;
const TIMEOUT_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Lanes whose checks end when they are told to, and what began and ended in which order. */
function openLanes(maxRunning: number, more: Partial<SchemaLanesOptions> = {}) {
  const usual = { maxRunning, maxWaiting: 100, maxWaitingOfOne: 100, quickMs: QUICK_MS, timeoutMs: TIMEOUT_MS };
  const lanes = new SchemaLanes({ ...usual, ...more });
  const began: string[] = [];
  const ended: (readonly [name: string, result: string | undefined])[] = [];
  const ends = new Map<string, () => void>();
  const check = (name: string, begins = true): void => {
    const tenant = name.charAt(0);
    let begunAtMs: number | undefined;
    const run = (signal: AbortSignal): Promise<string> => {
      began.push(name);
      if (begins) begunAtMs = performance.now();
      return new Promise<string>((resolve, reject) => {
        ends.set(name, () => resolve("done"));
        signal.addEventListener("abort", () => reject(new Error("the thread was ended")));
      });
    };
    const ranMs = () => (begunAtMs === undefined ? undefined : performance.now() - begunAtMs);
    void lanes.check(tenant, { run, ranMs }).then((result) => ended.push([name, result]));
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { began, ended, check, end };
}

test("tenants take turns, and each one's checks keep their order", async () => {
  const { began, check, end } = openLanes(1);
  for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"]) check(name);
  await vi.advanceTimersByTimeAsync(0);
  for (const name of ["a1", "a2", "b1", "c1", "a3", "b2"]) {
    expect(began.at(-1)).toBe(name);
    await end(name);
  }
});

test("a check that takes long goes on where it is, and ends at the limit", async () => {
  const { began, ended, check } = openLanes(2);
  check("a1");
  await vi.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual([["a1", undefined]]);
  expect(began).toEqual(["a1"]);
});

test("one that takes long makes room where all others would take long too, and gets its turn", async () => {
  const { began, ended, check, end } = openLanes(2);
  check("a1");
  check("a2");
  check("b1");
  await vi.advanceTimersByTimeAsync(0);
  expect(began).toEqual(["a1", "a2"]);
  await vi.advanceTimersByTimeAsync(QUICK_MS);
  expect(began).toEqual(["a1", "a2", "b1"]);
  await end("b1");
  expect(ended).toEqual([["b1", "done"]]);
  await end("a1");
  expect(began).toEqual(["a1", "a2", "b1", "a2"]);
  await end("a2");
  expect(ended.at(-1)).toEqual(["a2", "done"]);
});

test("long ones of one tenant never hold the last place, however many they are", async () => {
  const { began, check, end } = openLanes(2);
  for (let attack = 0; attack < 20; attack++) check(`a${attack}`);
  for (let honest = 0; honest < 5; honest++) {
    const name = `b${honest}`;
    check(name);
    await vi.advanceTimersByTimeAsync(2 * QUICK_MS);
    expect(began).toContain(name);
    await end(name);
  }
  await vi.advanceTimersByTimeAsync(30 * TIMEOUT_MS);
});

test("the time that a thread takes to start is not the check's own", async () => {
  const { ended, check, end } = openLanes(1);
  check("a1", false);
  await vi.advanceTimersByTimeAsync(5 * TIMEOUT_MS);
  expect(ended).toEqual([]);
  await end("a1");
  expect(ended).toEqual([["a1", "done"]]);
});

test("more than may wait are refused at once, of one tenant and of all", async () => {
  const { ended, check, end } = openLanes(1, { maxWaiting: 3, maxWaitingOfOne: 2 });
  for (const name of ["a1", "a2", "a3", "a4", "b1", "c1"]) check(name);
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toEqual([
    ["a4", undefined],
    ["c1", undefined],
  ]);
  for (const name of ["a1", "a2", "b1", "a3"]) await end(name);
  expect(ended).toHaveLength(6);
});

const notAtAll = (): number => 0;

test("a check that fails frees its place", async () => {
  const options = { maxRunning: 1, maxWaiting: 1, maxWaitingOfOne: 1, quickMs: QUICK_MS, timeoutMs: TIMEOUT_MS };
  const lanes = new SchemaLanes(options);
  const failing = lanes.check("a", { ranMs: notAtAll, run: () => Promise.reject(new Error("broken")) });
  await expect(failing).rejects.toThrow("broken");
  await expect(lanes.check("a", { ranMs: notAtAll, run: () => Promise.resolve(1) })).resolves.toBe(1);
});
