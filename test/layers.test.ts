import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** The request's path: a folder imports only folders to its right. */
const PATH = ["edge", "service", "plan", "failover", "route", "provider", "wire"];
/** May be imported by everything on the path, and import nothing of it; each with what it imports of the others. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  call: [],
  vendor: ["call"],
  config: ["call", "vendor", "time"],
  telemetry: ["call"],
  time: [],
};

/** Folders that the files of a folder may import, besides their own. */
function mayImport(folder: string): readonly string[] {
  const beside = Object.keys(BESIDE);
  const place = PATH.indexOf(folder);
  if (place >= 0) return [...PATH.slice(place + 1), ...beside, ...(folder === "service" ? ["compare"] : [])];
  if (folder === "compare") return [...PATH.slice(PATH.indexOf("failover")), ...beside];
  // Wires everything, and runs what the commands of this machine ask for.
  if (folder === "gateway") return [...PATH, ...beside, "compare", "simulator", "cli"];
  // Lengths of time are read and written alike everywhere; those functions know nothing of the server.
  if (folder === "cli") return ["time"];
  return BESIDE[folder] ?? [];
}

/** Single files that the files of a folder may import, besides whole folders. */
const SINGLE_FILES: Readonly<Record<string, readonly string[]>> = {
  // The commands show values of the generated enums by the same words as the server; the file knows descriptors alone.
  cli: ["call/enum-words.ts"],
};

/** The one folder, or file, that may import a library. */
const OWNERS: ReadonlyArray<readonly [library: RegExp, owners: readonly string[]]> = [
  [/^opossum$/, ["route/breaker.ts"]],
  [/^piscina$/, ["failover/schema/schema-check.ts"]],
  [/^undici$/, ["wire/"]],
  [/^eventsource-parser/, ["wire/"]],
  [/^@connectrpc\//, ["edge/", "service/", "cli/", "console/"]],
  [/^yaml$/, ["config/"]],
  [/^string-width$/, ["cli/"]],
  [/^pino$/, ["telemetry/"]],
  [/^commander$/, ["cli/"]],
  [/^chokidar$/, ["gateway/"]],
  [/^(openai|@anthropic-ai\/sdk|@grpc\/grpc-js)/, []],
];

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const imports: readonly Import[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) =>
    [
      ...readFileSync(join(SRC, file), "utf8").matchAll(
        /^(?:import|export)[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"/gms,
      ),
    ].map((match) => ({ file, specifier: match[1] ?? match[2] ?? "" })),
  );

function folderOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : "";
}

test("finds the imports that it is to judge", () => {
  expect(imports.length).toBeGreaterThan(200);
});

test("a folder imports only folders to its right on the request's path", () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const from = folderOf(file);
    if (from === "" || !specifier.startsWith(".")) return false;
    const imported = relative(SRC, resolve(SRC, dirname(file), specifier));
    if (imported.startsWith("../gen/")) return false;
    const to = folderOf(imported);
    return to !== from && !mayImport(from).includes(to) && !SINGLE_FILES[from]?.includes(imported);
  });
  expect(wrong).toEqual([]);
});

test("main.ts is imported by nothing, and gateway/ by main.ts alone", () => {
  expect(imports.filter(({ specifier }) => specifier.endsWith("/main.ts"))).toEqual([]);
  const users = imports.filter(
    ({ file, specifier }) => /(^|\/)gateway\//.test(specifier) && folderOf(file) !== "gateway",
  );
  expect(users.map(({ file }) => file).filter((file) => file !== "main.ts")).toEqual([]);
});

test.each(OWNERS)("only its owner imports %s", (library, owners) => {
  const wrong = imports.filter(
    ({ file, specifier }) => library.test(specifier) && !owners.some((owner) => file.startsWith(owner)),
  );
  expect(wrong).toEqual([]);
});
