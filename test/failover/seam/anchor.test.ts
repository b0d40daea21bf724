import { describe, expect, test } from "vitest";
import { pickAnchor } from "../../../src/failover/seam/anchor.ts";

describe("the quoted last words", () => {
  test.each([
    ["begin at a word and occur once", `one two three four five six ${"seven eight nine ten ".repeat(2)}end`],
    ["go beyond a rule of just their length", `An article about rows\n${"=".repeat(24)}`],
    ["go beyond a row of the same", `It began here and then: ${"no ".repeat(30)}`],
  ])("%s", (_, delivered) => {
    const anchor = pickAnchor(delivered) ?? "";
    expect(delivered.trimEnd().endsWith(anchor)).toBe(true);
    expect(anchor.length).toBeGreaterThanOrEqual(24);
    expect(anchor).toMatch(/\s/u);
    expect(delivered.split(anchor)).toHaveLength(2);
    expect(delivered.at(-anchor.length - (delivered.length - delivered.trimEnd().length) - 1)).toMatch(/\s/u);
  });

  test("are all of a short answer, and none of an endless row", () => {
    expect(pickAnchor("Yes, but")).toBe("Yes, but");
    expect(pickAnchor("ha ".repeat(200))).toBeUndefined();
  });
});
