import { describe, expect, test } from "vitest";
import {
  Continuation,
  Dialect,
  Platform,
  RequestRouting,
  Thinking,
} from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { Switch } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { adding, ENV, load, problemsOf, replacing, SECRET, USUAL } from "./usual-config.ts";

describe("reads", () => {
  test("every kind of value", () => {
    const { config, warnings } = load(
      replacing(
        "max_concurrency: 64",
        "max_concurrency: ${MANY}, continuation: instruct, pings: true, thinking: by-default, capabilities: { context_window_tokens: 200000 }",
      )
        .replace("${MANY}", '"${MANY}"')
        .concat(
          "request_routing: any\nserver: { listen: '[::1]:0', cors_origins: ['*'], drain_timeout: 2m, max_buffered_bytes: 100_000_000 }\n",
        )
        .replace("100_000_000", "100000000"),
    );
    expect(warnings).toEqual([]);
    expect(config.providers["anthropic"]).toMatchObject({ platform: Platform.ANTHROPIC, apiKey: SECRET });
    expect(config.providers["azure"]).toMatchObject({ dialect: Dialect.ANTHROPIC_MESSAGES, apiKey: ENV.AZURE_KEY });
    expect(config.providers["local"]?.allowModels).toEqual(["llama-*", "qwen"]);
    expect(config.routes["claude-on-azure"]).toMatchObject({
      maxConcurrency: 12,
      continuation: Continuation.INSTRUCT,
      pings: true,
      thinking: Thinking.BY_DEFAULT,
      capabilities: { contextWindowTokens: 200_000n },
    });
    expect(config.workloads["summaries"]).toMatchObject({
      primary: "claude-direct",
      policy: {
        firstTokenTimeout: { seconds: 15n, nanos: 0 },
        stallTimeout: { seconds: 1n, nanos: 500_000_000 },
        maxAttempts: 3,
        switch: Switch.NEVER,
        minTokensPerS: 0.5,
      },
    });
    expect(config.requestRouting).toBe(RequestRouting.ANY);
    expect(config.server).toMatchObject({ drainTimeout: { seconds: 120n }, maxBufferedBytes: 100_000_000n });
  });

  test("positions of values, and for missing ones of what is around them", () => {
    const loaded = load(USUAL);
    expect(loaded.positionOf("routes.claude-direct.provider")).toEqual({ line: 7, column: 20 });
    expect(loaded.positionOf("routes.claude-direct.prices")).toEqual({ line: 7, column: 3 });
    expect(loaded.positionOf("workloads.summaries.backups[1]")).toEqual({ line: 12, column: 32 });
    expect(loaded.positionOf("server.listen")).toEqual({ line: 1, column: 1 });
  });

  test("anchors and aliases", () => {
    const text = replacing("policy: {", "policy: &rules {").concat(
      "  letters: { primary: claude-direct, policy: *rules }\n",
    );
    expect(load(text).config.workloads["letters"]?.policy?.maxAttempts).toBe(3);
  });

  test.each([
    ["${KEY}", SECRET],
    ["a${MANY}b${MANY}", "a12b12"],
    ["${UNSET:-other}", "other"],
    ["${EMPTY:-other}", "other"],
    ["${MANY:-other}", "12"],
    ["$$", "$"],
    ["$${KEY}", "${KEY}"],
    ["cost $5", "cost $5"],
  ])("%s as %s", (written, read) => {
    const text = replacing('"${AZURE_KEY}" }', `"\${AZURE_KEY}", headers: { X-Tenant: '${written}' } }`);
    expect(load(text).config.providers["azure"]?.headers).toEqual({ "X-Tenant": read });
  });

  test("a name of JavaScript's own as an ordinary, unknown name", () => {
    expect(problemsOf(replacing("primary: claude-direct", "primary: constructor"))).toEqual([
      'understudy.yaml:11:5: workloads.summaries.primary: route "constructor" is not configured; known are claude-direct, claude-on-azure',
    ]);
  });
});

describe("refuses", () => {
  test.each<[name: string, text: string, ...problems: string[]]>([
    ["an empty file", "", "1:1: the file is empty; give at least providers, routes and workloads"],
    ["a file of comments", "# nothing\n", "1:1: the file is empty; give at least providers, routes and workloads"],
    ["a text", "hello", "1:1: is a text, not a map; write `key: value` lines below it, indented"],
    ["a list", "[1]", "1:1: is a list, not a map; write `key: value` lines below it, indented"],
    ["two documents", `${USUAL}---\na: b\n`, "14:1: there is a second document; keep one, and remove the line ---"],
    ["a tab", "providers:\n\ta: b\n", "2:1: a tab is used to indent; use spaces"],
    [
      "a brace of a variable without quotes",
      "providers: { a: { api_key: ${KEY} } }\n",
      '1:29: a variable stands between braces without quotes; write "${NAME}" in quotes',
    ],
    [
      "an unknown tag",
      adding("server: !secret x"),
      "14:9: a value has a tag that is not known; remove it, or put the text in quotes",
    ],
    [
      "an alias without its anchor",
      adding("server: *x"),
      "14:1: server: is an alias without its anchor; put the anchor before it",
    ],
    [
      "an unknown key near a known one",
      replacing("max_concurrency", "max_concurency"),
      "8:63: routes.claude-on-azure.max_concurency: unknown key; did you mean max_concurrency?",
    ],
    [
      "a key in camel case",
      replacing("max_concurrency", "maxConcurrency"),
      "8:63: routes.claude-on-azure.maxConcurrency: unknown key; did you mean max_concurrency?",
    ],
    [
      "an unknown key far from any",
      adding("xyzzy: 1"),
      "14:1: xyzzy: unknown key; known are providers, routes, workloads, request_routing, callers, server, continuation_instruction, sample_sets, require_approval, approvals, log",
    ],
    [
      "a misspelt required key once",
      replacing("platform: anthropic", "platfrom: anthropic"),
      "3:16: providers.anthropic.platfrom: unknown key; did you mean platform?",
    ],
    [
      "a key given twice",
      replacing("max_concurrency: 64", "model: x"),
      "8:63: routes.claude-on-azure.model: is given twice; remove one of the two",
    ],
    [
      "a merge key",
      adding("  other: { <<: 1, primary: claude-direct }"),
      "14:12: workloads.other.?: unknown key; known are primary, backups, policy, acceptance",
    ],
    ["a list as a key", adding("? [a]\n: b"), "14:3: ?: is not a plain word; write `name: value`"],
    ["no value", adding("server:"), "14:1: server: has no value; give one, or remove the key"],
    [
      "no value in a list",
      replacing("[claude-on-azure,", "[~,"),
      "12:15: workloads.summaries.backups[0]: has no value; give one, or remove the key",
    ],
    [
      "a number for a text",
      replacing("model: claude-sonnet-5 }", "model: 5 }"),
      "7:41: routes.claude-direct.model: is a number, not a text; put it in quotes",
    ],
    [
      "a text for a number",
      replacing("64", "many"),
      "8:63: routes.claude-on-azure.max_concurrency: is a text, not a whole number; write digits without quotes",
    ],
    [
      "a fraction for a whole number",
      replacing("64", "6.4"),
      "8:63: routes.claude-on-azure.max_concurrency: is not a whole number that fits; write a whole number of usual size",
    ],
    [
      "a number beyond its type",
      replacing("64", "3000000000"),
      "8:63: routes.claude-on-azure.max_concurrency: is not a whole number that fits; write a whole number of usual size",
    ],
    [
      "infinity",
      replacing("0.5", ".inf"),
      "13:94: workloads.summaries.policy.min_tokens_per_s: is not a number that fits; write a number of usual size",
    ],
    [
      "a text for true or false",
      replacing("max_concurrency: 64", "pings: yes"),
      "8:63: routes.claude-on-azure.pings: is a text, not true or false; write true or false without quotes",
    ],
    [
      "a list for a map",
      replacing("policy: {", "policy: []\n    x: {").replace(/x: \{.*\}/, ""),
      "13:5: workloads.summaries.policy: is a list, not a map; write `key: value` lines below it, indented",
    ],
    [
      "a text for a list",
      replacing("[claude-on-azure, local/llama-3/8b]", "claude-on-azure"),
      "12:5: workloads.summaries.backups: is a text, not a list; write it as [a, b]",
    ],
    [
      "a map for a text",
      replacing("primary: claude-direct", "primary: { a: b }"),
      "11:5: workloads.summaries.primary: is a map, not a plain value; write `key: value`",
    ],
    [
      "a duration without a unit",
      replacing("15s", "15"),
      "13:15: workloads.summaries.policy.first_token_timeout: is a number without a unit; write a duration like 500ms, 20s or 2m",
    ],
    [
      "a duration of two units",
      replacing("15s", "1m30s"),
      '13:15: workloads.summaries.policy.first_token_timeout: "1m30s" is not a duration; write it like 500ms, 1.5s, 20s, 2m or 1h, with one unit',
    ],
    [
      "a negative duration",
      replacing("15s", "-15s"),
      '13:15: workloads.summaries.policy.first_token_timeout: "-15s" is not a duration; write it like 500ms, 1.5s, 20s, 2m or 1h, with one unit',
    ],
    [
      "a duration below a millisecond",
      replacing("15s", "0.5ms"),
      '13:15: workloads.summaries.policy.first_token_timeout: "0.5ms" is not a duration; write it like 500ms, 1.5s, 20s, 2m or 1h, with one unit',
    ],
    [
      "a duration out of range",
      replacing("15s", "2h"),
      "13:15: workloads.summaries.policy.first_token_timeout: is out of range; give a duration from 1ms to 1h",
    ],
    [
      "a misspelt enum value",
      replacing("switch: never", "switch: nevr"),
      '13:79: workloads.summaries.policy.switch: "nevr" is not known; did you mean never?',
    ],
    [
      "an enum value in the proto's form",
      replacing("switch: never", "switch: SWITCH_NEVER"),
      '13:79: workloads.summaries.policy.switch: "SWITCH_NEVER" is not known; known are continue, never',
    ],
    [
      "a number for an enum",
      replacing("switch: never", "switch: 2"),
      "13:79: workloads.summaries.policy.switch: is a number; use one of continue, never",
    ],
    [
      "an unset variable",
      replacing("${AZURE_KEY}", "${AZUR_KEY}"),
      "4:92: providers.azure.api_key: the environment variable AZUR_KEY is not set; set it, or give a default as ${AZUR_KEY:-default}",
    ],
    [
      "an empty variable",
      replacing("${AZURE_KEY}", "${EMPTY}"),
      "4:92: providers.azure.api_key: the environment variable EMPTY is empty; set it, or give a default as ${EMPTY:-default}",
    ],
    [
      "a variable without an end",
      replacing("${AZURE_KEY}", "${AZURE_KEY"),
      "4:92: providers.azure.api_key: has ${ without }; write ${NAME}, or $${ for the characters themselves",
    ],
    [
      "a variable without a name",
      replacing("${AZURE_KEY}", "${A-B}"),
      "4:92: providers.azure.api_key: names no variable between ${ and }; write ${NAME} with letters, digits and _ only",
    ],
    [
      "a name that breaks prototypes",
      adding("callers: { __proto__: { api_key: x } }"),
      "14:12: callers.__proto__: this name cannot be used; choose another",
    ],
  ])("%s", (_name, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems.map((problem) => `understudy.yaml:${problem}`));
  });

  test("everything at once, in the order of the file", () => {
    const text = replacing("platform: azure", "platform: azuer")
      .replace("64", "many")
      .replace("15s", "15")
      .replace("[claude-on-azure,", "[claude-direct,");
    expect(problemsOf(text).map((problem) => problem.split(":")[1])).toEqual(["4", "8", "12", "13"]);
  });

  test("a thousand mistakes with the first hundred and a count", () => {
    const text = Array.from({ length: 1000 }, (_, index) => `wrong${index}: 1`).join("\n");
    expect(() => load(text)).toThrow(/and \d+ more problems$/);
    expect(problemsOf(text)).toHaveLength(100);
  });

  test.each([
    ["a file over 1 MiB", "#".repeat(1024 * 1024 + 1), "the file is larger than 1 MiB"],
    [
      "variables that multiply",
      adding(`continuation_instruction: "${"${KEY}".repeat(1000)}"`),
      "is longer than 16 KiB",
    ],
    ["deep nesting", "[".repeat(100_000), "values lie too deep in each other"],
    [
      "aliases that multiply",
      `x: &m {${Array.from({ length: 500 }, (_, i) => `k${i}: a`).join()}}\nproviders: {${Array.from({ length: 500 }, (_, i) => `p${i}: { headers: *m }`).join()}}`,
      "more than 100,000 values",
    ],
  ])("%s", (_name, text, message) => {
    expect(() => load(text)).toThrow(message);
  });
});

describe("never shows a secret", () => {
  test.each([
    ["a key in the wrong place", replacing("platform: anthropic,", 'platform: "${KEY}",')],
    ["a key as the name of a route", replacing("primary: claude-direct", 'primary: "${KEY}"')],
    ["a short value in the place of an enum", replacing("platform: anthropic,", 'platform: "${PLAIN}",')],
    ["a short value as the name of a route", replacing("primary: claude-direct", 'primary: "${PLAIN}"')],
    ["a short value as the name of a model", replacing("local/llama-3/8b", '"local/${PLAIN}"')],
    ["a literal key in the wrong place", replacing("platform: anthropic,", `platform: ${SECRET},`)],
    ["a key without the space behind its colon", `providers: { a: { platform: openai, api_key:${SECRET} } }`],
    ["a key on a line that is not YAML", `providers:\n  a:\n    api_key:${SECRET}\n    platform: openai\n`],
    ["a key behind an unexpected bracket", `providers: ] ${SECRET}`],
    ["a key in a credential of an endpoint", replacing("https://acme", `https://x:${SECRET}@acme`)],
    ["a key as a name", adding(`callers: { ${SECRET}: {} }`)],
    ["two equal keys", adding('callers: { a: { api_key: "${KEY}" }, b: { api_key: "${KEY}" } }')],
    ["a key as the name of a model", replacing("model: claude-sonnet-5", `model: ${SECRET}`)],
  ])("%s", (_name, text) => {
    const problems = problemsOf(text).join("\n");
    expect(problems).not.toBe("");
    expect(problems).not.toContain("verysecret");
  });

  test.each([
    ["Anthropic", "sk-ant-api03-c3VjaC1hLXNlY3JldA"],
    ["Azure", "0123456789abcdef0123456789abcdef"],
    ["Mistral", "Zk3XvQ9bTn1LwRc7Ypd5HsUe2GjMfa8o"],
    ["Google", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"],
    ["Groq", "gsk_c3VjaC1hLXNlY3JldC1rZXk"],
    ["Volcengine", "3f2a9c1e-7d4b-4e8a-9f10-5b6c7d8e9f01"],
    ["Hugging Face", "hf_abcdefghijklmnopqrst"],
  ])("a key of %s, wherever it stands", (_vendor, key) => {
    for (const text of [
      replacing("platform: anthropic,", `platform: ${key},`),
      replacing("platform: anthropic,", `platform: anthropic, ${key}: x,`),
      replacing("primary: claude-direct", `primary: ${key}`),
      adding(`callers: { ${key}: {} }`),
      adding(`callers: { a: { api_key: "\${KEY}", workloads: [${key}] } }`),
      adding(`${key}: 1`),
      adding(`require_approval: ${key}`),
      adding(`server: { drain_timeout: ${key} }`),
    ]) {
      const problems = problemsOf(text).join("\n");
      expect(problems).not.toBe("");
      expect(problems).not.toContain(key);
    }
  });

  test("names that only look a little like keys are shown", () => {
    expect(problemsOf(replacing("primary: claude-direct", "primary: claude-sonnet-4-5-20250929")).join()).toContain(
      '"claude-sonnet-4-5-20250929"',
    );
  });
});
