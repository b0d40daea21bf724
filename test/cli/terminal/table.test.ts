import { expect, test } from "vitest";
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
