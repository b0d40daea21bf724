/** Runs what the README tells a newcomer to run, and compares what it shows. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Program, runProgram } from "../scenarios/run-program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const run = promisify(execFile);

let program: Program;
let url = "";

beforeAll(async () => {
  program = runProgram(["serve", "--listen", "127.0.0.1:0", "--log-level", "silent"]);
  while (url === "") {
    url = /^listening on (\S+)$/mu.exec(program.printed.stdout)?.[1] ?? "";
    if (url === "" && program.child.stdout !== null) await once(program.child.stdout, "data");
  }
});

afterAll(async () => {
  program.child.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0 });
});

// Three stalls in a row open the breaker, and the next call would go straight to the backup.
beforeEach(async () => {
  const restore = "understudy.v1.RouteService/RestoreRoute";
  await shell(`grpcurl -plaintext -d '{"route":"sim-claude-stalling"}' 127.0.0.1:8080 ${restore}`);
});

/** Code blocks of a language, as they stand in the README. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gmsu"))].map((match) => match[1] ?? "");
}

/** Runs a shell line against the gateway of this test. Resolves with both outputs, whatever the exit code. */
async function shell(line: string): Promise<{ stdout: string; stderr: string }> {
  const address = url.replace("http://", "");
  const env = { ...process.env, UNDERSTUDY_SERVER: url, NO_COLOR: "1" };
  const command = line.replaceAll("127.0.0.1:8080", address);
  return run("bash", ["-c", command], { cwd: root, env, maxBuffer: 16 * 1024 * 1024 }).catch((error: unknown) => {
    if (typeof error === "object" && error !== null && "stdout" in error && "stderr" in error) {
      return { stdout: String(error.stdout), stderr: String(error.stderr) };
    }
    throw error;
  });
}

/** Numbers that differ from run to run. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/\$?~?\d+(\.\d+)?/gu, "N").replaceAll(/ +/gu, " ");
}

describe("the shell blocks", () => {
  const calls = blocks("sh").filter((block) => block.includes("127.0.0.1:8080"));

  test("are streams by grpcurl and buf curl, an answer by curl, and a stream through the OpenAI door", () => {
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["grpcurl", "npx", "curl", "curl"]);
  });

  test.each([["grpcurl"], ["buf curl"]])("%s streams through a switch", async (tool) => {
    const { stdout } = await shell(calls.find((call) => call.includes(tool)) ?? "");
    expect(stdout).toContain('"routeSwitched"');
    expect(stdout).toContain("SWITCH_REASON_STALLED");
    expect(stdout).toContain('"completed"');
  });

  test("curl gets the answer with the switch in its ledger", async () => {
    const answer: unknown = JSON.parse((await shell(calls.find((call) => call.includes("/Complete ")) ?? "")).stdout);
    expect(answer).toMatchObject({
      parts: [{ text: expect.any(String) }],
      switches: [{ from: "sim-claude-down", to: "sim-claude-on-azure" }],
      completed: { attempts: [{ upstreamStatus: 503 }, {}, { outcome: "ATTEMPT_OUTCOME_COMPLETED" }] },
    });
  });
});

test("the OpenAI door streams to its end through a switch", async () => {
  const { stdout } = await shell(blocks("sh").find((block) => block.includes("/v1/chat/completions")) ?? "");
  expect(stdout).toContain('"finish_reason":"stop"');
  expect(stdout).toContain("sim-claude-on-azure");
  expect(stdout.trimEnd().endsWith("data: [DONE]")).toBe(true);
});

describe("the transcripts", () => {
  test.each(blocks("console").map((block) => [block.split("\n")[0]?.slice(2) ?? "", block]))(
    "%s",
    async (command, block) => {
      const { stdout, stderr } = await shell(command);
      const shown = block.split("\n").slice(1).filter(Boolean);
      const printed = withoutNumbers(`${stderr}\n${stdout}`);
      // The text is broken into lines for the page, and the report of retries depends on open breakers.
      const facts = shown.filter((line) => /^(-- |error: |docs\/)/u.test(line));
      expect(facts.length).toBeGreaterThan(0);
      for (const fact of facts) expect(printed).toContain(withoutNumbers(fact.replace(/…$/u, "")));
    },
  );
});
