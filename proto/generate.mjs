/**
 * Generates the clients in `gen/` from the protos. Leaves a language alone, and says so, where its toolchain is missing.
 *
 *     node proto/generate.mjs            writes gen/
 *     node proto/generate.mjs --check    writes nothing; exit code 1 if gen/ is not what the protos give
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
/** The protos that callers need, relative to `proto/`; error details come from each language's own package. */
const PUBLIC = "understudy/v1";
const windows = process.platform === "win32";
const python = windows ? "python" : "python3";

/**
 * One language: the folder that is generated, the command without which it cannot be, and how. What lies beside the
 * folder (go.mod, pyproject.toml) is written by hand.
 */
const languages = [
  { folder: "gen/ts", needs: undefined, generate: generateTypescript },
  { folder: "gen/go/understudy", needs: ["go", "version"], generate: generateGo },
  { folder: "gen/python/understudy", needs: [python, "-c", "import venv, ensurepip"], generate: generatePython },
];

/** Runs a command in the repository; its output is shown only if it fails. */
function run(command, args, env = process.env) {
  try {
    execFileSync(command, args, { cwd: root, env, stdio: "pipe", shell: false });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}`);
    const cause = error.code ?? `exit code ${error.status}`;
    throw new Error(`${command} ${args[0] ?? ""} failed: ${cause}`, { cause: error });
  }
}

function runs([command, ...args]) {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function runBuf(...args) {
  run(process.execPath, [join(root, "node_modules/@bufbuild/buf/bin/buf"), "generate", ...args]);
}

function generateTypescript(out) {
  runBuf("--output", out);
}

function generateGo(out) {
  runBuf("--template", "proto/buf.gen.go.yaml", "--path", `proto/${PUBLIC}`, "--output", out);
}

function generatePython(out) {
  const bin = installPythonGenerators();
  const target = join(out, "gen/python");
  mkdirSync(target, { recursive: true });
  const files = readdirSync(join(root, "proto", PUBLIC)).map((name) => `${PUBLIC}/${name}`);
  const services = files.filter((file) => file.endsWith("_service.proto"));
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const protoc = (...args) => run(join(bin, "python"), ["-m", "grpc_tools.protoc", "-Iproto", ...args], env);
  protoc(`--python_out=${target}`, `--mypy_out=quiet:${target}`, ...files);
  protoc(`--grpc_python_out=${target}`, `--mypy_grpc_out=quiet:${target}`, ...services);
  for (const empty of ["__init__.py", "v1/__init__.py", "py.typed"])
    writeFileSync(join(target, "understudy", empty), "");
}

/** Installs the pinned generators once, and returns the folder of their commands. */
function installPythonGenerators() {
  const requirements = join(root, "proto/python-requirements.txt");
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(root, "node_modules/.cache/understudy", `python-generators-${version}`);
  const bin = join(folder, windows ? "Scripts" : "bin");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return bin;
  rmSync(folder, { recursive: true, force: true });
  run(python, ["-m", "venv", folder]);
  run(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  writeFileSync(ready, "");
  return bin;
}

/** Content of every file below a folder, by its path in it. Byte code that Python left is no part of a client. */
function readFolder(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.endsWith(".pyc"));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

/** Paths whose content is not the same in both folders. */
function differences(left, right) {
  const [one, other] = [readFolder(left), readFolder(right)];
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path));
}

/** Handles one language; returns whether what is committed is fresh. */
function handle({ folder, needs, generate }, checking) {
  if (needs !== undefined && !runs(needs)) {
    console.log(`${folder}: left as it is, because ${needs[0]} was not found or is not complete`);
    return true;
  }
  const out = mkdtempSync(join(tmpdir(), "understudy-generate-"));
  try {
    generate(out);
    const [committed, generated] = [join(root, folder), join(out, folder)];
    const stale = differences(committed, generated);
    if (stale.length === 0) console.log(`${folder}: fresh`);
    else console.log(`${folder}: ${checking ? "stale" : "written"}: ${stale.join(", ")}`);
    if (checking || stale.length === 0) return stale.length === 0;
    rmSync(committed, { recursive: true, force: true });
    cpSync(generated, committed, { recursive: true });
    return true;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const checking = process.argv.includes("--check");
const fresh = languages.map((language) => handle(language, checking));
if (fresh.includes(false)) {
  console.error("gen/ is stale: run npm run generate");
  process.exitCode = 1;
}
