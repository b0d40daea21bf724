import { expect, test } from "vitest";
import { serveScript } from "./serve-script.ts";
import { runUnderstudy } from "./start-understudy.ts";

test("shows the workloads with their primary and backups", async () => {
  await using server = await serveScript(
    {},
    {
      listWorkloads: () => ({
        workloads: [
          { name: "summaries", routing: { primary: "claude-direct", backups: ["claude-on-azure", "local"] } },
          { name: "solo", routing: { primary: "local" } },
        ],
      }),
    },
  );
  const { code, stdout } = await runUnderstudy(["workloads", "-s", server.url]);
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      "WORKLOAD   PRIMARY        BACKUPS",
      "summaries  claude-direct  claude-on-azure, local",
      "solo       local          -",
      "",
    ].join("\n"),
  );
});
