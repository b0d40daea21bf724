import { expect, test } from "vitest";
import { DialectSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { SwitchReason, SwitchReasonSchema } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { enumKey, enumName, enumsByKey, enumWord } from "../../src/call/enum-words.ts";

test.each([
  { value: SwitchReason.RATE_LIMITED, name: "RATE_LIMITED", word: "rate_limited", key: "rate-limited" },
  { value: SwitchReason.FAILED, name: "FAILED", word: "failed", key: "failed" },
  { value: SwitchReason.UNSPECIFIED, name: "UNSPECIFIED", word: "unspecified", key: "" },
])("writes $name as name, word and key", ({ value, name, word, key }) => {
  expect(enumName(SwitchReasonSchema, value)).toBe(name);
  expect(enumWord(SwitchReasonSchema, value)).toBe(word);
  expect(enumKey(SwitchReasonSchema, value)).toBe(key);
});

test("writes a value that the enum does not have as its number, and as no key", () => {
  expect(enumName(SwitchReasonSchema, 99)).toBe("99");
  expect(enumWord(SwitchReasonSchema, 99)).toBe("99");
  expect(enumKey(SwitchReasonSchema, 99)).toBe("");
});

test("gives every value but the unspecified one back by its key", () => {
  const values = enumsByKey(DialectSchema);
  expect([...values.keys()]).toEqual(DialectSchema.values.slice(1).map(({ number }) => enumKey(DialectSchema, number)));
  for (const [key, value] of values) expect(enumKey(DialectSchema, value)).toBe(key);
  expect(values.get("openai-chat")).toBeDefined();
  expect(values.get("unspecified")).toBeUndefined();
});
