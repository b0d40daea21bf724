import { expect, test } from "vitest";
import { describeElapsed, describeLimit, formatDuration, parseDuration } from "../../src/time/duration.ts";

test.each([
  ["500ms", 500],
  ["1.5s", 1500],
  ["0s", 0],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["0.001s", 1],
  ["0.0001s", undefined],
  ["1.5ms", undefined],
  ["1", undefined],
  ["s", undefined],
  ["1 s", undefined],
  ["-1s", undefined],
  ["1S", undefined],
  ["1d", undefined],
  ["1e3s", undefined],
  ["9999999999s", undefined],
])("reads the duration %s", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ["12h", 12 * 3_600_000],
  ["90d", 90 * 86_400_000],
  ["8w", 8 * 604_800_000],
  ["30m", undefined],
  ["1500ms", undefined],
])("reads %s where hours, days and weeks are taken", (text, ms) => {
  expect(parseDuration(text, ["h", "d", "w"])).toBe(ms);
});

test.each([
  [0, "0s"],
  [1, "1ms"],
  [1500, "1500ms"],
  [90_000, "90s"],
  [120_000, "120s"],
  [3_600_000, "1h"],
  [86_400_000, "24h"],
])("writes %i ms as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  [0, "0 ms"],
  [299.6, "300 ms"],
  [1_000, "1 s"],
  [1_540, "1.5 s"],
  [20_000, "20 s"],
  [900_000, "900 s"],
])("says a limit of %d ms as %s", (ms, text) => {
  expect(describeLimit(ms)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [311.6, "312 ms"],
  [999.7, "1.0 s"],
  [2100, "2.1 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 0 s"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
])("says that %d ms have passed as %s", (ms, text) => {
  expect(describeElapsed(ms)).toBe(text);
});
