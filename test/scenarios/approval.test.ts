/** A backup that must be approved before it is used, from the command line to a client. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FailoverReportSchema } from "../../gen/ts/understudy/v1/ledger_pb.ts";
import { SkipReason } from "../../gen/ts/understudy/v1/routing_pb.ts";
import { STORY } from "../../src/simulator/answer/story.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { createGrpcJsClient } from "./clients/grpc-js.ts";
import type { Told } from "./clients/scenario-client.ts";
import { type Ended, runProgram } from "./run-program.ts";
import { serveFile } from "./start-gateway.ts";

interface Stage extends AsyncDisposable {
  readonly folder: string;
  /** Writes the configuration with this model on the backup. */
  configure(model: string, required?: string): void;
  run(...args: readonly string[]): Promise<Ended>;
  /** What a client is told by a server that starts now. */
  ask(): Promise<Told & { readonly log: string }>;
}

async function startStage(): Promise<Stage> {
  const simulator: Simulator = await startSimulator();
  const folder = mkdtempSync(join(tmpdir(), "understudy-approval-"));
  const file = join(folder, "understudy.yaml");
  const sim = { platform: "compatible", dialect: "openai-chat", endpoint: `${simulator.url}/v1` };
  return {
    folder,
    configure(model, required = "enforce") {
      // Nobody asks a missing model twice, so the backup is what counts.
      const routes = { direct: { provider: "sim", model: "a+status=404" }, azure: { provider: "sim", model } };
      const config = {
        require_approval: required,
        providers: { sim },
        routes,
        workloads: { summaries: { primary: "direct", backups: ["azure"] } },
      };
      writeFileSync(file, JSON.stringify(config));
    },
    run: (...args) => runProgram([...args, "--config", file], { USER: "mia" }).ended,
    async ask() {
      const gateway = await serveFile(file);
      const client = createGrpcJsClient(gateway.url);
      const told = await client.complete({ workload: "summaries", messages: [{ role: 2, text: "Tell me." }] });
      client.close();
      await gateway.stop();
      return { ...told, log: gateway.printed.stderr + gateway.printed.stdout };
    },
    async [Symbol.asyncDispose]() {
      await simulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function skipsOf({ error }: Told) {
  return error?.findDetails(FailoverReportSchema)[0]?.skips ?? [];
}

test("an enforced backup is used only while its approval is there and fits", async () => {
  await using stage = await startStage();
  stage.configure("b");

  const unapproved = await stage.ask();
  expect(skipsOf(unapproved)).toMatchObject([{ route: "azure", reason: SkipReason.NOT_APPROVED }]);
  expect(skipsOf(unapproved)[0]?.message).toContain("understudy approve summaries azure");
  expect(unapproved.log).toContain("azure will be passed over: nobody has approved it for workload summaries");

  const approve = ["approve", "summaries", "azure", "--override", "--reason", "a drill", "--expires", "1d"];
  const approved = await stage.run(...approve);
  expect(approved.stderr).toBe("");
  expect(approved.stdout).toMatch(/^wrote .*approvals\/summaries\.azure\.yaml: commit it/u);
  const written = readFileSync(join(stage.folder, "approvals/summaries.azure.yaml"), "utf8");
  expect(written).toMatch(/^workload: summaries\nroute: azure\napproved_by: mia\nreason: a drill\napprove_time: /u);
  const answered = await stage.ask();
  expect(answered.error).toBeUndefined();
  expect(answered.response?.parts[0]?.kind.value).toBe(STORY);
  expect(answered.log).not.toContain("approve");
  expect((await stage.run("check")).stdout).toMatch(/azure: b at sim .*, approved until \d{4}-\d\d-\d\d\n/u);

  stage.configure("c");
  const stale = await stage.ask();
  expect(skipsOf(stale)).toMatchObject([{ route: "azure", reason: SkipReason.NOT_APPROVED }]);
  expect(skipsOf(stale)[0]?.message).toContain("what shapes its answers has changed");
  expect((await stage.run("check")).stdout).toContain("approval stale");

  stage.configure("b");
  expect((await stage.run("revoke", "summaries", "azure")).code).toBe(0);
  expect(skipsOf(await stage.ask())).toMatchObject([{ reason: SkipReason.NOT_APPROVED }]);
  expect((await stage.run("revoke", "summaries", "azure")).stderr).toContain("has no approval");
}, 60_000);

test("a backup is used and named in the log where approval is only asked for", async () => {
  await using stage = await startStage();
  stage.configure("b", "warn");
  const { error, log } = await stage.ask();
  expect(error).toBeUndefined();
  expect(log).toContain("azure is used all the same: nobody has approved it for workload summaries");
  const { code, stdout } = await stage.run("check");
  expect(code).toBe(0);
  expect(stdout).toContain("workloads.summaries.backups[0]: azure is used all the same");
});

test.each([
  ["a workload that is not configured", ["mails", "azure"], "workload mails is not configured"],
  ["a route that is not configured", ["summaries", "gpt"], "route gpt is not configured"],
  ["the primary", ["summaries", "direct"], "needs no approval"],
])("%s is not approved", async (_, names, message) => {
  await using stage = await startStage();
  stage.configure("b");
  const { code, stderr } = await stage.run("approve", ...names, "--override", "--reason", "a drill");
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
});
