import { expect, test } from "vitest";
import { formatPrintable } from "../../../src/cli/terminal/shown-text.ts";

test("shows control characters as text", () => {
  expect(formatPrintable("a\u001b[31mb\u0085ü")).toBe("a\\u001b[31mb\\u0085ü");
});
