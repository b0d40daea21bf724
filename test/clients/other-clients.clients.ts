import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, inject, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { startGateway } from "./start-gateway.ts";
import { startProgram } from "./start-program.ts";

test.each(["connectGo", "asyncio"] as const)("the client %s streams over a switch", async (name) => {
  const policy = { stall_timeout: "500ms" };
  const { address } = await startGateway({ primary: "stall=40", backup: "rate=300", policy });
  const { code, stdout, stderr } = await startProgram(inject("clients")[name], [address]).ended;
  expect(stderr).toBe("");
  expect(stdout).toBe(STORY);
  expect(code).toBe(0);
});

test("mypy accepts the Python example and the other Python clients, strictly", async () => {
  const clients = ["asyncio_client.py", "openai_client.py"].map((file) => resolve(import.meta.dirname, file));
  const files = ["summarise.py", "failure.py", ...clients];
  // google.rpc comes without type stubs.
  const args = ["--strict", "--ignore-missing-imports", "--no-incremental", ...files];
  const cwd = resolve(import.meta.dirname, "../../examples/python");
  const { code, stdout } = await startProgram(inject("clients").mypy, args, { cwd }).ended;
  expect(stdout).toMatch(/^Success/u);
  expect(code).toBe(0);
});

function readInRepository(file: string): string {
  return readFileSync(resolve(import.meta.dirname, "../..", file), "utf8");
}

test("the Python client asks for the protobuf that it was generated for", () => {
  const major = /^protobuf==(\d+)\./mu.exec(readInRepository("proto/python-requirements.txt"))?.[1];
  expect(readInRepository("gen/python/pyproject.toml")).toContain(`"protobuf>=${major}.`);
});
