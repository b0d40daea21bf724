import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { recordTerminal } from "./record-terminal.ts";

const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");

afterEach(() => void vi.unstubAllEnvs());

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const terminal = recordTerminal();
  const given: unknown[] = [];
  const take = (name: string) => (options: object) => {
    given.push(name, options);
    return Promise.resolve(0);
  };
  const local = {
    serve: take("serve"),
    check: take("check"),
    approve: take("approve"),
    revoke: take("revoke"),
    vendors: take("vendors"),
  };
  const code = await createProgram(local, terminal).run(args);
  return { code, given, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

test("prints the version", async () => {
  const { code, stdout } = await run(["--version"]);
  expect(code).toBe(0);
  expect(manifest).toContain(`"version": "${stdout.trim()}"`);
});

test.each([
  { args: ["--help"], shows: ["serve", "check", "complete", "routes", "workloads", "Examples:", "Exit codes: 0"] },
  {
    args: ["complete", "--help"],
    shows: ["UNDERSTUDY_SERVER", "UNDERSTUDY_KEY", "http://127.0.0.1:8080", "Examples:"],
  },
  { args: ["serve", "--help"], shows: ["UNDERSTUDY_CONFIG", "UNDERSTUDY_LISTEN", "UNDERSTUDY_LOG_LEVEL"] },
])("explains itself with $args", async ({ args, shows }) => {
  const { code, stdout, stderr } = await run(args);
  for (const text of shows) expect(stdout).toContain(text);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test.each([
  { args: ["compleet"], complaint: "Did you mean complete?" },
  { args: ["complete", "--wrkload", "x"], complaint: "Did you mean --workload?" },
  { args: [], complaint: "Usage: understudy" },
  { args: ["complete", "Hello"], complaint: "give --workload <name> or --primary <route>" },
  { args: ["complete", "-w", "x", "Hello", "world"], complaint: "too many arguments" },
  { args: ["complete", "-w", "x", ""], complaint: "the prompt is empty" },
  { args: ["complete", "-w", "x", "--deadline", "soon", "Hello"], complaint: "from 1ms to 1h" },
  { args: ["complete", "-w", "x", "--temperature", "3", "Hello"], complaint: "from 0 to 2" },
  { args: ["complete", "-w", "x", "--max-output-tokens", "0", "Hello"], complaint: "whole number from 1" },
  { args: ["routes", "--server", "ftp://x"], complaint: "http://HOST:PORT or https://HOST:PORT" },
  { args: ["serve", "--log-level", "loud"], complaint: "Allowed choices are trace, debug" },
])("refuses $args as wrong usage", async ({ args, complaint }) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toContain(complaint);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("never shows a key that no header can carry", async () => {
  const { code, stderr } = await run(["routes"], { UNDERSTUDY_KEY: "secret\nkey" });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "error: the key holds characters that a header cannot carry\n",
  });
});

const everything = { UNDERSTUDY_CONFIG: "env.yaml", UNDERSTUDY_LISTEN: "127.0.0.1:1", UNDERSTUDY_LOG_LEVEL: "warn" };

test.each([
  { args: ["serve"], env: {}, given: ["serve", {}] },
  {
    args: ["serve"],
    env: everything,
    given: ["serve", { config: "env.yaml", listen: "127.0.0.1:1", logLevel: "warn" }],
  },
  {
    args: ["serve"],
    env: { UNDERSTUDY_CONFIG: "", UNDERSTUDY_LISTEN: "" },
    given: ["serve", {}],
  },
  {
    args: ["serve", "-c", "flag.yaml"],
    env: everything,
    given: ["serve", { config: "flag.yaml", listen: "127.0.0.1:1", logLevel: "warn" }],
  },
  { args: ["check", "--config", "x.yaml"], env: {}, given: ["check", { config: "x.yaml" }] },
  { args: ["vendors", "groq", "--json"], env: {}, given: ["vendors", { platform: "groq", json: true }] },
])("gives $args with $env to the local command", async ({ args, env, given }) => {
  const ran = await run(args, env);
  expect({ code: ran.code, given: ran.given }).toEqual({ code: 0, given });
});

const well = () => Promise.resolve(0);

test("ends with the exit code of the local command", async () => {
  const local = { serve: well, check: () => Promise.resolve(1), approve: well, revoke: well, vendors: well };
  expect(await createProgram(local, recordTerminal()).run(["check"])).toBe(1);
});
