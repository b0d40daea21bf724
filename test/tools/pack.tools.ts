/** Packs what is published, installs it as a user does, and uses it from there. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STORY } from "../../src/simulator/answer/story.ts";
import { packInto } from "./pack-into.ts";
import { cleanEnvironment, runTool } from "./run-tool.ts";

const root = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Longest time to build, pack and install, in milliseconds: the locked Node is unpacked, and may have to be fetched. */
const MAX_INSTALL_MS = 300_000;

/** Files of the example that its README says to copy. */
const COPIED = ["is-service-error.ts", "start-stream.ts", "status-details.ts"];

let folder = "";
let product = "";
let consumer = "";
let url = "";
let stop = async (): Promise<void> => {};

/** Makes a package of its own in which `packages` are installed. */
async function makeProject(name: string, ...packages: readonly string[]): Promise<string> {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  await runTool(project, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages);
  return project;
}

/** A package of the repository in the version that it is tested with. */
function pinned(name: string): string {
  return `${name}@${{ ...manifest.dependencies, ...manifest.devDependencies }[name]}`;
}

async function makeConsumer(tarball: string): Promise<string> {
  const libraries = ["@connectrpc/connect", "@connectrpc/connect-node", "@grpc/grpc-js", "@types/node", "typescript"];
  const project = await makeProject("consumer", tarball, ...libraries.map(pinned));
  cpSync(join(import.meta.dirname, "consumer"), project, { recursive: true });
  for (const file of COPIED) {
    const text = readFileSync(join(root, "examples/typescript", file), "utf8");
    const changed = text.replaceAll(/"\.\.\/\.\.\/gen\/ts\/(.+)\.ts"/gu, '"@understudy/client/$1.js"');
    writeFileSync(join(project, file), changed);
  }
  return project;
}

/** Paths in a folder, a line each. Packages inside it are not its own. */
async function listFiles(project: string): Promise<string> {
  return (await runTool(project, "find", ".", "-name", "node_modules", "-prune", "-o", "-type", "f", "-print")).stdout;
}

/** Serves the simulator with the installed product. Resolves with its URL. */
async function serve(): Promise<string> {
  const command = join(product, "node_modules/.bin/understudy");
  const child = spawn(command, ["serve", "--listen", "127.0.0.1:0", "--log-level", "silent"], {
    cwd: product,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  stop = async () => {
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  };
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    printed += text;
    const found = /^listening on (\S+)$/mu.exec(printed)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`the installed product ended at its start: ${printed}`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "understudy-pack-"));
  product = await makeProject("product", await packInto(folder, "."));
  consumer = await makeConsumer(await packInto(folder, "./gen/npm"));
  url = await serve();
}, MAX_INSTALL_MS);

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the installed command tells its version", async () => {
  const { stdout } = await runTool(product, "npx", "--no-install", "understudy", "--version");
  expect(stdout.trim()).toBe(manifest.version);
});

test("the installed product serves, and its command completes", async () => {
  const args = ["complete", "--server", url, "--workload", "summaries", "Sum up the plot of Hamlet"];
  const { stdout } = await runTool(product, "npx", "--no-install", "understudy", ...args);
  expect(stdout.trimEnd()).toBe(STORY.trimEnd());
});

test("the installed product checks answers against schemas, in a thread of its own", async () => {
  const format = { jsonSchema: { name: "any", schemaJson: '{"type":"object"}' } };
  const body = { workload: "summaries", messages: [{ role: "ROLE_USER", text: "Hello" }], responseFormat: format };
  const answer = await fetch(`${url}/understudy.v1.CompletionService/Complete`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(await answer.json()).toMatchObject({ completed: { attempts: [{ outcome: "ATTEMPT_OUTCOME_COMPLETED" }] } });
});

test("the installed product holds no sources, and the client no configuration", async () => {
  const files = await listFiles(join(product, "node_modules/understudy"));
  const clientFiles = await listFiles(join(consumer, "node_modules/@understudy/client"));
  expect(files).toMatch(/dist\/src\/main\.js$/mu);
  expect(files).not.toMatch(/(?<!\.d)\.ts$/mu);
  expect(clientFiles).toMatch(/completion_service_pb\.d\.ts$/mu);
  expect(clientFiles).not.toMatch(/(?<!\.d)\.ts$|config_pb|reflection/mu);
});

test("the declarations of the installed client fit programs in JavaScript", async () => {
  await runTool(consumer, "npx", "--no-install", "tsc", "-p", ".");
});

test("a mistake in the use of the installed client is found", async () => {
  const file = join(consumer, "mistaken.js");
  writeFileSync(
    file,
    `import { CompleteRequestSchema } from "@understudy/client/understudy/v1/completion_service_pb.js";
import { create } from "@bufbuild/protobuf";
create(CompleteRequestSchema, { wrkload: "summaries" });
`,
  );
  await expect(runTool(consumer, "npx", "--no-install", "tsc", "-p", ".")).rejects.toThrow();
  rmSync(file);
});

test("the installed client asks through Connect", async () => {
  expect((await runTool(consumer, process.execPath, "ask-by-connect.js", url)).stdout).toBe(STORY);
});

test("the installed client asks through grpc-js, and reads the report of an error", async () => {
  const { stdout, stderr } = await runTool(consumer, process.execPath, "ask-by-grpc-js.js", url);
  expect(stdout).toBe(STORY);
  expect(stderr).toMatch(/^ALL_ROUTES_FAILED after \d attempts$/u);
});
