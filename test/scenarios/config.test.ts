import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, runProgram } from "./run-program.ts";

const USUAL = `providers:
  local: { platform: compatible, dialect: openai-chat, endpoint: "http://127.0.0.1:1/v1", api_key: "\${LOCAL_KEY}" }
routes:
  first: { provider: local, model: a }
  second: { provider: local, model: b }
workloads:
  summaries:
    primary: first
    backups: [second]
    policy: { first_token_timeout: 10s, stall_timeout: 20s }
require_approval: off
`;

const KEY = "sk-config-5c2d";

/** Runs a command with a configuration, whose file is called FILE in what it printed. */
async function runWith(command: readonly string[], text: string, env: Record<string, string> = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-config-"));
  const file = join(folder, "understudy.yaml");
  writeFileSync(file, text);
  const ended = await runProgram([...command, "--config", file], { LOCAL_KEY: KEY, ...env }).ended;
  rmSync(folder, { recursive: true });
  return {
    ...ended,
    stdout: ended.stdout.replaceAll(file, "FILE"),
    stderr: ended.stderr.replaceAll(file, "FILE"),
  };
}

test.concurrent("check prints the plan of each workload and ends with 0", async () => {
  const { code, stdout, stderr } = await runWith(["check"], USUAL);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^summaries\n {2}1\. first: a at local .*\n {2}2\. second: b at local .*\n/u);
  expect(stdout).toContain("first token within 10 s, no gap above 20 s");
  expect(stdout).toContain("FILE can be used: 0 warnings");
  expect(stdout).not.toContain(KEY);
});

test.concurrent("check tells every mistake at once, with file, line, key and mend", async () => {
  const text = USUAL.replace("LOCAL_KEY", "LOCAL_KYE")
    .replace("model: a", "modle: a")
    .replace("[second]", "[first, secnd]")
    .replace("10s", "10")
    .replace("stall_timeout: 20s", "stall_timeout: [20], stall_timeuot: 5s");
  const { code, stdout, stderr } = await runWith(["check"], text);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const lines = stderr.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^FILE:\d+:\d+: [-\w.[\]]+: .+; .+$/u);
  for (const problem of [
    /^FILE:2:\d+: providers\.local\.api_key: .*LOCAL_KYE.*not set/mu,
    /^FILE:4:\d+: routes\.first\.modle: unknown key.*did you mean model\?/mu,
    /^FILE:9:\d+: workloads\.summaries\.backups\[0\]: is the primary itself; name another route, or remove it$/mu,
    /^FILE:9:\d+: workloads\.summaries\.backups\[1\]: route "secnd" is not configured; did you mean second\?$/mu,
    /^FILE:10:\d+: workloads\.summaries\.policy\.first_token_timeout: .*20s/mu,
    /^FILE:10:\d+: workloads\.summaries\.policy\.stall_timeout: /mu,
    /^FILE:10:\d+: workloads\.summaries\.policy\.stall_timeuot: .*did you mean stall_timeout\?/mu,
  ]) {
    expect(stderr).toMatch(problem);
  }
});

test.concurrent.for<readonly [what: string, text: string, problem: RegExp]>([
  ["YAML that cannot be parsed", USUAL.replace("[second]", "[second"), /^FILE:\d+:\d+: .*; \S/u],
  [
    "limits that contradict each other",
    USUAL.replace("20s", "20s, stall_suspect: 30s"),
    /^FILE:10:\d+: workloads\.summaries\.policy\.stall_suspect: .*; \S/u,
  ],
  [
    "a key file that is not there",
    USUAL.replace('api_key: "${LOCAL_KEY}"', "api_key_file: nowhere"),
    /^FILE:2:\d+: providers\.local\.api_key_file: cannot be read \(ENOENT\); \S/u,
  ],
])("check refuses %s with its line", async ([, text, problem]) => {
  const { code, stdout, stderr } = await runWith(["check"], text);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd()).toMatch(problem);
  expect(stderr).not.toMatch(/\n\s+at /u);
});

test.concurrent("serve does not start with a configuration that check refuses", async () => {
  const command = ["serve", "--listen", "127.0.0.1:0"];
  const { code, stdout, stderr } = await runWith(command, USUAL.replace("[second]", "[secnd]"));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^FILE:9:15: /u);
});

test.concurrent.for([
  [
    "a file that is not there",
    ["check", "--config", "/nowhere/understudy.yaml"],
    1,
    /^\/nowhere\/understudy\.yaml:1:1: .*ENOENT/u,
  ],
  ["an unknown option", ["serve", "--lisen", "127.0.0.1:0"], 2, /unknown option.*--lisen/u],
] as const)("%s ends with a clear message", async ([, args, expectedCode, message]) => {
  const { code, stdout, stderr } = await runProgram(args).ended;
  expect({ code, stdout }).toEqual({ code: expectedCode, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /u);
});

test("serve says so if it cannot listen where it is told", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const inUse = await runWith(["serve", "--listen", `127.0.0.1:${port}`], USUAL);
  taken.close();
  expect({ code: inUse.code, stdout: inUse.stdout }).toEqual({ code: 1, stdout: "" });
  expect(inUse.stderr).toMatch(/cannot listen on 127\.0\.0\.1.*EADDRINUSE/u);
  expect(inUse.stderr).toContain(String(port));

  const nonsense = await runWith(["serve", "--listen", "here"], USUAL);
  expect({ code: nonsense.code, stdout: nonsense.stdout }).toEqual({ code: 1, stdout: "" });
  expect(nonsense.stderr).toContain("--listen here is not HOST:PORT");
});
