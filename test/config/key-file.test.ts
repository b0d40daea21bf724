import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load-config.ts";
import { ENV, replacing } from "./usual-config.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "understudy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The usual configuration, in the folder, with these keys in the place of the key of `azure`. */
function loads(keys: string): LoadedConfig {
  const text = replacing('api_key: "${AZURE_KEY}"', keys);
  return loadConfig({ text, file: join(folder, "understudy.yaml"), env: ENV });
}

function problemOf(keys: string): string {
  try {
    loads(keys);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(`${folder}/understudy.yaml:`, "");
    throw error;
  }
  return "none";
}

test("begins a relative path at the folder of the configuration", () => {
  mkdirSync(join(folder, "secrets"));
  writeFileSync(join(folder, "secrets", "azure"), "azure-key-0123456789\n");
  const { config, warnings } = loads("api_key_file: secrets/azure");
  expect(config.providers["azure"]).toMatchObject({ apiKey: "", apiKeyFile: join(folder, "secrets", "azure") });
  expect(warnings).toEqual([]);
});

test("takes an absolute path with variables, and a link to the file", () => {
  writeFileSync(join(folder, "azure"), "azure-key-0123456789");
  symlinkSync("azure", join(folder, "linked"));
  const keys = `api_key_file: "${folder}/\${NAME:-linked}"`;
  expect(loads(keys).config.providers["azure"]?.apiKeyFile).toBe(join(folder, "linked"));
});

test.each<[what: string, content: string | Uint8Array, problem: string]>([
  ["an empty file", "", "is empty; write the key into it"],
  ["a file of white space", " \n\n", "is empty; write the key into it"],
  [
    "two words",
    "verysecret one\n",
    "holds white space or characters that no key has; write the key alone, on one line",
  ],
  ["two lines", "verysecret\none", "holds white space or characters that no key has; write the key alone, on one line"],
  [
    "a mark of byte order",
    "\ufeffverysecret",
    "holds white space or characters that no key has; write the key alone, on one line",
  ],
  [
    "bytes that are no text",
    new Uint8Array([0x80, 0xff]),
    "holds white space or characters that no key has; write the key alone, on one line",
  ],
  ["17 KiB", "x".repeat(17 * 1024), "is larger than 16 KiB; check that it is the right file"],
])("refuses %s", (_, content, problem) => {
  writeFileSync(join(folder, "azure"), content);
  expect(problemOf("api_key_file: azure")).toBe(`4:92: providers.azure.api_key_file: ${problem}`);
});

test("refuses a file that is not there, and shows nothing of its name, which may be a key", () => {
  const problem = "providers.azure.api_key_file: cannot be read (ENOENT); check its path and permissions";
  expect(problemOf("api_key_file: sk-verysecret")).toBe(`4:92: ${problem}`);
});

test("refuses a folder", () => {
  const problem = "providers.azure.api_key_file: is not a plain file; name the file that holds the key";
  expect(problemOf('api_key_file: "."')).toBe(`4:92: ${problem}`);
});

test("refuses a key and a file together", () => {
  const keys = 'api_key: "${AZURE_KEY}", api_key_file: azure';
  expect(problemOf(keys)).toMatch(/^4:\d+: providers\.azure\.api_key_file: is given beside api_key; remove one of the/);
});

test("checks the file also where the platform needs no key", () => {
  const text = replacing('endpoint: "http://10.0.0.1', 'api_key_file: nowhere, endpoint: "http://10.0.0.1');
  const load = (): LoadedConfig => loadConfig({ text, file: join(folder, "understudy.yaml"), env: ENV });
  expect(load).toThrow(/providers\.local\.api_key_file: cannot be read \(ENOENT\)/);
});
