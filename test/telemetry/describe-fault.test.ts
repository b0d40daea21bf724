import { expect, test } from "vitest";
import { describeFault } from "../../src/telemetry/describe-fault.ts";

test("names the kind and the place of a fault", () => {
  const { fault, at } = describeFault(new RangeError("secret"));
  expect(fault).toBe("RangeError");
  expect(at[0]).toMatch(/describe-fault\.test\.ts:\d+:\d+/);
});

test.each([
  ["of one line", "the prompt is secret"],
  ["of lines that look like places", "the prompt is\n    at secret (file.ts:1:2)\n  at secret.ts:3:4"],
  ["with signs of a replacement", "$& secret\n    at secret.ts:1:2 $'"],
])("leaves out a message %s", (_name, message) => {
  expect(JSON.stringify(describeFault(new Error(message)))).not.toContain("secret");
});

test("names the type of what is no error", () => {
  expect(describeFault("secret")).toEqual({ fault: "string", at: [] });
});
