import { expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "../../src/telemetry/log.ts";
import { logWarnings } from "../../src/telemetry/log-warnings.ts";

test("a warning of Node is a line of the log, and nothing that Node writes itself", async () => {
  const before = process.listeners("warning");
  onTestFinished(() => {
    process.removeAllListeners("warning");
    for (const listener of before) process.on("warning", listener);
  });
  const written = vi.spyOn(process.stderr, "write");
  const lines: string[] = [];
  logWarnings(createLog("info", { write: (line) => void lines.push(line) }));

  process.emitWarning("a prompt may be in here", "CustomWarning");
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 40, fault: "CustomWarning", msg: "a warning of Node" });
  expect(lines[0]).not.toContain("prompt");
  expect(written).not.toHaveBeenCalled();
});
