import { expect, test } from "vitest";
import { plain } from "../../../src/cli/terminal/shown-text.ts";
import { formatTable } from "../../../src/cli/terminal/table.ts";

test("aligns the columns of a table and cuts the last one to fit", () => {
  const rows = [
    ["claude-direct", { text: "open", style: "bad" as const }, "3 failures in a row"],
    ["local", "", "a\nb"],
  ];
  expect(
    formatTable(["ROUTE", "STATE", "CAUSE"], rows, { paint: (style, text) => `<${style} ${text}>`, maxWidth: 30 }),
  ).toEqual([
    "<heading ROUTE>          <heading STATE>  <heading CAUSE>",
    "claude-direct  <bad open>   3 failu…",
    "local          -      a\\u000ab",
  ]);
});

test("aligns columns by the width that a terminal gives to CJK and emoji", () => {
  const rows = [
    ["灯台-direct", "open", "3 failures"],
    ["🚢-boat", "closed", ""],
    ["👩‍🚀-e\u0301", "full", ""],
    ["local-gpt", "open", ""],
  ];
  expect(formatTable(["ROUTE", "STATE", "CAUSE"], rows, { paint: plain })).toEqual([
    "ROUTE        STATE   CAUSE",
    "灯台-direct  open    3 failures",
    "🚢-boat      closed  -",
    "👩‍🚀-e\u0301         full    -",
    "local-gpt    open    -",
  ]);
});

test.each([
  { maxWidth: 7, cause: "灯台…" },
  { maxWidth: 8, cause: "灯台…" },
  { maxWidth: 9, cause: "灯台👩‍🚀…" },
  { maxWidth: 10, cause: "灯台👩‍🚀ab" },
])("cuts the last column between characters, to $maxWidth columns", ({ maxWidth, cause }) => {
  const [, row] = formatTable(["", "C"], [["", "灯台👩‍🚀ab"]], { paint: plain, maxWidth: maxWidth + 1 });
  expect(row).toBe(`-  ${cause}`);
});
