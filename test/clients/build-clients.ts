/** Builds the clients once for all tests, as their README says, into a folder that is removed at the end. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import type { Command } from "./built-clients.ts";

const root = resolve(import.meta.dirname, "../..");

/** Provides `clients`, and returns what removes them. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "understudy-clients-"));
  const bin = join(folder, "python/bin");
  const python = join(bin, "python");
  installPython(join(folder, "python"), python);
  project.provide("clients", {
    examples: {
      typescript: [process.execPath, join(root, "examples/typescript/main.ts")],
      go: buildGo("examples/go", join(folder, "summarise")),
      python: [python, join(root, "examples/python/summarise.py")],
    },
    connectGo: buildGo("test/clients/connect-go", join(folder, "connect-go")),
    asyncio: [python, join(import.meta.dirname, "asyncio_client.py")],
    openaiPython: [python, join(import.meta.dirname, "openai_client.py")],
    mypy: [join(bin, "mypy")],
  });
  return () => rmSync(folder, { recursive: true });
}

function buildGo(folder: string, binary: string): Command {
  run("go", ["build", "-mod=readonly", "-o", binary, "."], join(root, folder));
  return [binary];
}

function installPython(folder: string, python: string): void {
  run("python3", ["-m", "venv", folder], root);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
  run(python, [...install, "requirements.txt"], join(root, "examples/python"));
  run(python, [...install, "requirements.txt"], import.meta.dirname);
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
}
