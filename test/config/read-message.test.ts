import { create } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { expect, test } from "vitest";
import { ImageSchema, ToolChoice_Mode, ToolChoiceSchema } from "../../gen/ts/understudy/v1/conversation_pb.ts";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { Problems } from "../../src/config/problems.ts";
import { MessageReader } from "../../src/config/read-message.ts";
import { SourceMap } from "../../src/config/source-map.ts";

test.each([
  ["mode: required", { case: "mode", value: ToolChoice_Mode.REQUIRED }],
  ["tool: search", { case: "tool", value: "search" }],
])("reads the member %s of a group", (text, choice) => {
  const message = create(ToolChoiceSchema);
  const problems = new Problems(new SourceMap("a.yaml"));
  const tree = parseYaml(text, problems);
  new MessageReader(tree, {}, problems).readInto(reflect(ToolChoiceSchema, message), tree.root, "");
  problems.throwIfAny();
  expect(message.choice).toEqual(choice);
});

test.each([
  [
    ToolChoiceSchema,
    "mode: auto\ntool: a",
    "a.yaml:2:1: tool: cannot be given together with mode; remove one of the two",
  ],
  [ImageSchema, "inline: a", "a.yaml:1:1: inline: cannot be given in a configuration; remove it"],
])("refuses what %o cannot hold", (schema, text, problem) => {
  const problems = new Problems(new SourceMap("a.yaml"));
  const tree = parseYaml(text, problems);
  new MessageReader(tree, {}, problems).readInto(reflect(schema), tree.root, "");
  expect(() => problems.throwIfAny()).toThrow(problem);
});
