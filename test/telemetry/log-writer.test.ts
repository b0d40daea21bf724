import { expect, onTestFinished, test, vi } from "vitest";

import { createLogWriter, type LogWriter } from "../../src/telemetry/log-writer.ts";

/** Longest wait until a line that nobody took is tried again, and more. */
const RETRIED_MS = 1_000;

interface StagedWriter {
  readonly writer: LogWriter;
  /** What the place of the log holds. */
  readonly written: () => string;
  /** How many bytes it takes at a time from now on; an error is thrown. */
  readonly take: (most: number | Error) => void;
  readonly writeCount: () => number;
}

/** Stages a writer whose place takes everything, under fake timers. */
function stageWriter(): StagedWriter {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let written = "";
  let writeCount = 0;
  let most: number | Error = Number.POSITIVE_INFINITY;
  const writer = createLogWriter(
    (bytes) => {
      writeCount += 1;
      if (most instanceof Error) throw most;
      const taken = bytes.subarray(0, most);
      written += Buffer.from(taken).toString();
      return taken.byteLength;
    },
    (lostCount, sinceMs) => `lost ${lostCount} since ${sinceMs}\n`,
  );
  return {
    writer,
    written: () => written,
    take: (count) => void (most = count),
    writeCount: () => writeCount,
  };
}

const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });

test("lines of one turn go out together", async () => {
  const { writer, written, writeCount } = stageWriter();
  writer.write("one\n");
  writer.write("two\n");
  expect(writeCount()).toBe(0);
  await vi.runAllTimersAsync();
  expect(written()).toBe("one\ntwo\n");
  expect(writeCount()).toBe(1);
});

test("a line that was taken in part goes on where it ended", async () => {
  const { writer, written, take } = stageWriter();
  take(3);
  writer.write("one and two\n");
  await vi.runAllTimersAsync();
  writer.write("three\n");
  await vi.runAllTimersAsync();
  expect(written()).toBe("one and two\nthree\n");
});

test.each([
  ["nobody reads", 0],
  ["the disk is full", full],
])("lines wait while %s, and keep their order", async (_, most) => {
  const { writer, written, take } = stageWriter();
  take(most);
  writer.write("one\n");
  await vi.advanceTimersByTimeAsync(RETRIED_MS);
  writer.write("two\n");
  expect(written()).toBe("");
  take(Number.POSITIVE_INFINITY);
  await vi.advanceTimersByTimeAsync(RETRIED_MS);
  writer.write("three\n");
  await vi.runAllTimersAsync();
  expect(written()).toBe("one\ntwo\nthree\n");
});

test("a loss is counted, and told behind what was kept and before what comes then", async () => {
  const { writer, written, take } = stageWriter();
  const sinceMs = Date.now();
  take(full);
  const line = `${"x".repeat(1_023)}\n`;
  for (let count = 0; count < 5_000; count += 1) writer.write(line);
  await vi.advanceTimersByTimeAsync(RETRIED_MS);
  take(Number.POSITIVE_INFINITY);
  await vi.advanceTimersByTimeAsync(RETRIED_MS);
  writer.write("after\n");
  await vi.runAllTimersAsync();
  const keptCount = written().split(line).length - 1;
  expect(keptCount).toBe(4_096);
  expect(written().slice(keptCount * line.length)).toBe(`lost ${5_000 - keptCount} since ${sinceMs}\nafter\n`);
});

test("a second loss is told too", async () => {
  const { writer, written, take } = stageWriter();
  const line = `${"x".repeat(1_048_575)}\n`;
  for (let round = 0; round < 2; round += 1) {
    take(0);
    for (let count = 0; count < 5; count += 1) writer.write(line);
    await vi.advanceTimersByTimeAsync(RETRIED_MS);
    take(Number.POSITIVE_INFINITY);
    await vi.advanceTimersByTimeAsync(RETRIED_MS);
  }
  expect(written().match(/lost 1 since \d+\n/g)).toHaveLength(2);
});

test("the end of the process writes what waits, as far as it is taken", () => {
  const { writer, written, take } = stageWriter();
  writer.write("last words\n");
  take(4);
  writer.flush();
  expect(written()).toBe("last words\n");
  take(0);
  writer.write("unheard\n");
  writer.flush();
  expect(written()).toBe("last words\n");
});
