import { describe, expect, test } from "vitest";
import { BUILT_IN_FILE, makeDefaultConfig } from "../../src/config/default-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";

function loadDefault(env: Record<string, string>) {
  const text = makeDefaultConfig({ simulatorUrl: "http://127.0.0.1:4242", env });
  return loadConfig({ text, file: BUILT_IN_FILE, env });
}

describe("the built-in configuration", () => {
  test("offers workloads on the simulator without any key", () => {
    const { config, warnings } = loadDefault({});
    expect(warnings).toEqual([]);
    expect(Object.keys(config.workloads)).toEqual(["summaries", "stalls", "cuts", "outage", "exhausted"]);
    expect(config.providers["sim-anthropic"]?.endpoint).toBe("http://127.0.0.1:4242");
    expect(config.providers["sim-openai"]?.endpoint).toBe("http://127.0.0.1:4242/v1");
    expect(config.routes["sim-claude-stalling"]?.model).toContain("+stall=40");
  });

  test.each<[env: Record<string, string>, workloads: Record<string, string[]>]>([
    [{ ANTHROPIC_API_KEY: "sk-ant-0123456789" }, { claude: ["claude-direct"] }],
    [{ OPENAI_API_KEY: "sk-0123456789" }, { gpt: ["gpt-direct"] }],
    [
      { ANTHROPIC_API_KEY: "sk-ant-0123456789", OPENAI_API_KEY: "sk-0123456789" },
      { claude: ["claude-direct", "gpt-direct"], gpt: ["gpt-direct", "claude-direct"] },
    ],
    [{ ANTHROPIC_API_KEY: "" }, {}],
  ])("adds real routes for the keys of %o", (env, workloads) => {
    const { config } = loadDefault(env);
    const added = Object.entries(config.workloads).slice(5);
    expect(Object.fromEntries(added.map(([name, { primary, backups }]) => [name, [primary, ...backups]]))).toEqual(
      workloads,
    );
  });

  test("never holds the keys themselves", () => {
    const env = { ANTHROPIC_API_KEY: "sk-ant-0123456789", OPENAI_API_KEY: "sk-0123456789" };
    expect(makeDefaultConfig({ simulatorUrl: "http://127.0.0.1:1", env })).not.toContain("0123456789");
  });
});
