import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../../src/simulator/simulator.ts";
import { type Gateway, startGateway } from "../../scenarios/start-gateway.ts";
import { type Ended, runUnderstudy, startUnderstudy } from "../start-understudy.ts";

interface Stage extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly folder: string;
  /** Arguments for `compare`, to which others may be added. */
  args(...more: readonly string[]): string[];
  readonly env: Readonly<Record<string, string>>;
  path(name: string): string;
}

const PRICES = { input_usd_per_mtok: 3, output_usd_per_mtok: 15 };

function makeRoute(model: string): object {
  return { provider: "sim", model, max_concurrency: 40, prices: PRICES, capabilities: { max_output_tokens: 1_000 } };
}

/** A gateway whose workload `summaries` has one backup, of this model, and a file with so many samples. */
async function stage(backup: string, sampleCount: number, primary = "one"): Promise<Stage> {
  const simulator = await startSimulator();
  const gateway: Gateway = await startGateway({
    providers: { sim: { platform: "compatible", dialect: "openai-chat", endpoint: `${simulator.url}/v1` } },
    routes: { direct: makeRoute(primary), other: makeRoute(backup) },
    workloads: {
      // Times on a busy machine tell nothing.
      summaries: { primary: "direct", backups: ["other"], acceptance: { first_token_ratio: 100, total_ratio: 100 } },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "understudy-compare-"));
  const path = (name: string): string => join(folder, name);
  const lines = Array.from({ length: sampleCount }, (_, index) => {
    const messages = [{ role: "ROLE_USER", text: `a prompt that nobody may read ${index}` }];
    return JSON.stringify({ name: `sample-${index}`, request: { messages } });
  });
  writeFileSync(path("samples.jsonl"), lines.join("\n"));
  return {
    simulator,
    folder,
    path,
    env: { UNDERSTUDY_SERVER: gateway.url, XDG_STATE_HOME: path("state") },
    args: (...more) => ["compare", "-w", "summaries", "--samples", path("samples.jsonl"), "--max-cost", "100", ...more],
    async [Symbol.asyncDispose]() {
      await gateway.stop();
      await simulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function runFiles(on: Stage): string[] {
  return readdirSync(on.path("state/understudy/runs")).map((name) => on.path(`state/understudy/runs/${name}`));
}

test("passes a backup like the primary, after it told what it will do", async () => {
  await using on = await stage("two", 160);
  const { code, stdout, stderr } = await runUnderstudy(on.args(), { env: on.env });
  expect(stderr).toMatch(/^comparing other with direct: 160 samples, 480 calls, seed \d+\nin the worst case: ~\$\d/u);
  expect(stderr).toContain("a pass needs at least 149 samples");
  expect(stderr).toContain("480 of 480 calls, 0 differ, 0 failed");
  expect(stdout).toContain("summaries: other in the place of direct: PASS (160 samples)");
  expect(stdout).toMatch(/answers of another shape {2,}pass {2,}0\.0 % {2,}0\.0 %/u);
  expect(code).toBe(0);
});

test("fails a backup of another shape, in every form of report, without the text of any", async () => {
  await using on = await stage("two+shorter=30", 20);
  const files = ["--json", on.path("r.json"), "--markdown", on.path("r.md"), "--html", on.path("r.html")];
  const { code, stdout } = await runUnderstudy(on.args(...files), { env: on.env });
  expect(code).toBe(1);
  expect(stdout).toContain("other in the place of direct: FAIL");
  expect(stdout).toMatch(/sample-0 +other length +- +2012 characters -> \d+ characters/u);
  const [json, markdown, html] = ["r.json", "r.md", "r.html"].map((name) => readFileSync(on.path(name), "utf8"));
  expect(JSON.parse(json ?? "")).toMatchObject({
    workload: "summaries",
    finished: { verdicts: [{ route: "other", result: "RESULT_FAIL", sampleCount: 20 }] },
  });
  expect(markdown).toContain("## other: FAIL");
  expect(html).toMatch(/^<!doctype html>[^]*<span class="verdict fail">FAIL<\/span>[^]*<svg/u);
  for (const report of [stdout, json, markdown, html]) {
    expect(report).not.toContain("night ferry");
    expect(report).not.toContain("nobody may read");
  }
  expect(html).not.toMatch(/<script|https?:\/\/|@import|url\(/u);
});

test("shows text where it is asked for, and nothing in it becomes markup", async () => {
  await using on = await stage("two+shorter=30", 3);
  const sample = { name: "<i>", request: { messages: [{ role: "ROLE_USER", text: "<script>alert(1)</script>" }] } };
  writeFileSync(on.path("samples.jsonl"), JSON.stringify(sample));
  await runUnderstudy(on.args("--include-text", "--html", on.path("r.html"), "--markdown", on.path("r.md")), {
    env: on.env,
  });
  const html = readFileSync(on.path("r.html"), "utf8");
  expect(html).toContain("night ferry");
  expect(html).toContain("&#60;script&#62;alert(1)");
  expect(html).not.toMatch(/<script|<i>/u);
  expect(readFileSync(on.path("r.md"), "utf8")).toContain("night ferry");
  expect(statSync(on.path("r.html")).mode & 0o777).toBe(0o600);
});

test("says that few samples tell nothing", async () => {
  await using on = await stage("two", 5);
  const { code, stdout, stderr } = await runUnderstudy(on.args(), { env: on.env });
  expect(stderr).toContain("a pass needs at least 149 samples: with 5 only a failure can be certain");
  expect(stdout).toContain("INCONCLUSIVE");
  expect(code).toBe(3);
});

test("goes on after Ctrl-C without making any call twice", async () => {
  await using on = await stage("two+rate=4000", 30, "one+rate=4000");
  const first = startUnderstudy(on.args("--switch"), { env: on.env });
  let told = "";
  while (!/of 120 calls/u.test(told)) told += String((await once(first.child.stderr, "data"))[0]);
  first.child.kill("SIGINT");
  const interrupted: Ended = await first.ended;
  expect(interrupted.code).toBe(130);
  const kept = Number(/(\d+) results are kept for 7 days in/u.exec(interrupted.stderr)?.[1]);
  expect(kept).toBeGreaterThan(5);
  const [file = ""] = runFiles(on);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const { stderr, stdout, code } = await runUnderstudy(on.args("--switch"), { env: on.env });
  expect(stderr).toContain(`${120 - kept} calls that are left of an earlier run`);
  expect(stdout).toContain("(30 samples)");
  expect(code).toBe(3);
  const again = await runUnderstudy(on.args("--switch"), { env: on.env });
  expect(again.stderr).toContain("30 samples, 120 calls, seed");
});

test("reports a finished run again, without a call, where its file is named", async () => {
  await using on = await stage("two", 5);
  const named = on.args("--run", on.path("mine.jsonl"));
  await runUnderstudy(named, { env: on.env });
  const before = on.simulator.requests.length;
  const { stderr, stdout } = await runUnderstudy(named, { env: on.env });
  expect(stderr).toContain("5 samples, 0 calls");
  expect(stdout).toContain("(5 samples)");
  expect(on.simulator.requests.length).toBe(before);
  writeFileSync(on.path("samples.jsonl"), '{"name":"other","request":{"messages":[{"role":"ROLE_USER","text":"Hi"}]}}');
  const other = await runUnderstudy(named, { env: on.env });
  expect(other.stderr).toContain("holds a comparison of something else");
  expect(other.code).toBe(2);
});

test("removes runs that are older than seven days", async () => {
  await using on = await stage("two", 2);
  await runUnderstudy(on.args(), { env: on.env });
  const [file = ""] = runFiles(on);
  const old = Date.now() / 1_000 - 8 * 24 * 3_600;
  utimesSync(file, old, old);
  await runUnderstudy(on.args("--switch"), { env: on.env });
  expect(existsSync(file)).toBe(false);
});

test("writes samples to begin with, which the gateway takes", async () => {
  await using on = await stage("two", 1);
  const output = on.path("samples.jsonl");
  const init = ["compare", "init", "--workload", "summaries", "--output", output];
  const refused = await runUnderstudy(init, { env: on.env });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("it exists already") });
  rmSync(output);
  expect(await runUnderstudy(init, { env: on.env })).toMatchObject({ code: 0 });
  const { stderr } = await runUnderstudy(on.args(), { env: on.env });
  expect(stderr).toContain("0 differ, 0 failed");
});

test.each([
  [["compare", "--samples", "x"], "give --workload <name>"],
  [["compare", "-w", "a"], "give either --samples <file> or --samples-of <name>"],
  [["compare", "-w", "a", "--samples", "x", "--samples-of", "y"], "give either"],
  [["compare", "-w", "a", "--samples", "/nowhere"], "/nowhere cannot be read (ENOENT)"],
  [["compare", "-w", "a", "--samples", "x", "--max-cost", "-1"], "Give US dollars"],
  [["compare", "init"], "give --workload <name>"],
])("refuses %j", async (args, message) => {
  const { code, stderr } = await runUnderstudy(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
