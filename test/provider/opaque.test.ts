import { expect, test } from "vitest";
import { openOpaque, sealOpaque } from "../../src/provider/opaque.ts";

const owner = { dialect: "anthropic-messages", model: "claude:sonnet/5" };
const sealed = sealOpaque(owner, "signature", "a:b==");

test("opens what it sealed for the same model", () => {
  expect(openOpaque(owner, sealed)).toEqual({ form: "signature", value: "a:b==" });
});

test.each([
  ["another model's", { ...owner, model: "claude:sonnet" }, sealed],
  ["another dialect's", { ...owner, dialect: "openai-chat" }, sealed],
  ["none of the gateway's", owner, "a:b=="],
  ["an empty one", owner, sealOpaque(owner, "signature", "")],
  ["a missing one", owner, undefined],
])("does not open %s", (_whose, by, opaque) => {
  expect(openOpaque(by, opaque)).toBeUndefined();
});
