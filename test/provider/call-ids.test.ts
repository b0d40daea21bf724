import * as crypto from "node:crypto";
import { expect, test, vi } from "vitest";
import { CallIds } from "../../src/provider/fit/call-ids.ts";

vi.mock("node:crypto", async (original) => {
  const actual = await original<typeof crypto>();
  return { ...actual, createHash: vi.fn<typeof actual.createHash>(actual.createHash) };
});

const RULE = { pattern: /^[a-zA-Z0-9]{9}$/, length: 9, prefix: "" };

test("no two calls get one id, and results find theirs, whatever ids a history repeats", () => {
  const ids = new CallIds(RULE);
  const made = ["abcdefghi", "x", "x", "abcdefghi", "y"].map((id) => {
    const begun = ids.begin(id);
    expect(ids.find(id)).toBe(begun);
    return begun;
  });
  expect(made[0]).toBe("abcdefghi");
  expect(new Set(made).size).toBe(5);
  expect(made.every((id) => RULE.pattern.test(id))).toBe(true);
});

/** The ids that calls of these ids get. */
function begins(given: readonly string[]): string[] {
  const ids = new CallIds(RULE);
  return given.map((id) => ids.begin(id));
}

test("the same history gets the same ids", () => {
  expect(begins(["x", "x", "z"])).toEqual(begins(["x", "x", "z"]));
});

test("an id that a history repeats costs one hash a call", () => {
  const ids = new CallIds(RULE);
  vi.mocked(crypto.createHash).mockClear();
  for (let call = 0; call < 1_000; call += 1) ids.begin("same");
  expect(crypto.createHash).toHaveBeenCalledTimes(1_000);
});
