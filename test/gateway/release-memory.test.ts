import { expect, onTestFinished, test, vi } from "vitest";

import { releaseMemory } from "../../src/gateway/release-memory.ts";

const MEBIBYTE = 1024 * 1024;

/** A process that is looked at, under fake timers. */
function stage() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const state = { residentBytes: 200 * MEBIBYTE, cpuMs: 0, collections: 0 };
  const watch = releaseMemory({
    residentBytes: () => state.residentBytes,
    cpuMs: () => state.cpuMs,
    collect: () => void (state.collections += 1),
  });
  onTestFinished(watch.stop);
  /** Five seconds with so much CPU time. */
  const pass = (cpuMs: number): void => {
    state.cpuMs += cpuMs;
    vi.advanceTimersByTime(5_000);
  };
  return { state, pass, watch };
}

test("a burst is collected when it is over, and once", () => {
  const { state, pass } = stage();
  state.residentBytes = 400 * MEBIBYTE;
  pass(5_000);
  expect(state.collections).toBe(0);
  pass(100);
  expect(state.collections).toBe(1);
  pass(100);
  expect(state.collections).toBe(1);
});

test("what came back counts from there", () => {
  const { state, pass } = stage();
  state.residentBytes = 400 * MEBIBYTE;
  pass(100);
  state.residentBytes = 220 * MEBIBYTE;
  pass(100);
  state.residentBytes = 300 * MEBIBYTE;
  pass(100);
  expect(state.collections).toBe(2);
});

test("a little more memory is worth nothing", () => {
  const { state, pass } = stage();
  state.residentBytes += 60 * MEBIBYTE;
  pass(0);
  expect(state.collections).toBe(0);
});

test("a stopped watch looks no more", () => {
  const { state, pass, watch } = stage();
  watch.stop();
  state.residentBytes = 400 * MEBIBYTE;
  pass(0);
  expect(state.collections).toBe(0);
});

test("this process can be collected", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const rss = vi.spyOn(process.memoryUsage, "rss").mockReturnValueOnce(0);
  onTestFinished(() => rss.mockRestore());
  const watch = releaseMemory();
  onTestFinished(watch.stop);
  const cpu = vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
  onTestFinished(() => cpu.mockRestore());
  expect(() => vi.advanceTimersByTime(5_000)).not.toThrow();
});
