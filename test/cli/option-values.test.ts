import { expect, test } from "vitest";
import { parseDeadline } from "../../src/cli/option-values.ts";

test.each([
  ["500ms", 500],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("reads %s as %d ms", (text, durationMs) => {
  expect(parseDeadline(text)).toBe(durationMs);
});

test.each(["", "30", "0s", "61m", "-1s", "1 s", "soon"])("does not take %o for a length of time", (text) => {
  expect(() => parseDeadline(text)).toThrow("from 1ms to 1h");
});
