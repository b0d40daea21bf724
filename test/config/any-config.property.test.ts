import * as fc from "fast-check";
import { describe, test } from "vitest";
import { problemsOf, USUAL } from "./usual-config.ts";

describe("whatever the file holds, fails with ConfigError only", () => {
  const words = [
    "providers",
    "routes",
    "workloads",
    "server",
    "policy",
    "a",
    "b",
    "platform",
    "openai",
    "${KEY}",
    "1",
    "-1s",
    "~",
    "__proto__",
    "*x",
    "&x",
    "backups",
    "capabilities",
    "prices",
    "callers",
  ];
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...words,
        ": ",
        "\n",
        "\n  ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "- ",
        "'",
        '"',
        "|",
        "? ",
        "!!x ",
        "---\n",
        "%",
      ),
      fc.string(),
    ),
  );
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(...words, 1, -1, 0.5, null, true),
      fc.dictionary(fc.constantFrom(...words), tie("value")),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
  })).value;

  test.each([
    ["pieces of YAML", pieces.map((parts) => parts.join(""))],
    ["trees of known words", tree.map((value) => JSON.stringify(value))],
    [
      "a configuration with a changed piece",
      fc
        .tuple(fc.nat(USUAL.length), fc.nat(30), fc.string())
        .map(([at, length, by]) => USUAL.slice(0, at) + by + USUAL.slice(at + length)),
    ],
  ])("%s", (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => problemsOf(text).every((problem) => !problem.includes("verysecret"))),
      { numRuns: 1500 },
    );
  });
});
