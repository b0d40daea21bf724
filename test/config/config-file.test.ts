import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { findConfigFile } from "../../src/config/find-config-file.ts";
import { readConfigFile } from "../../src/config/read-config-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "understudy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("finds the configuration file", () => {
  test.each([
    ["the flag before the variable", "a.yaml", { UNDERSTUDY_CONFIG: "b.yaml" }, "a.yaml"],
    ["the variable before the usual name", undefined, { UNDERSTUDY_CONFIG: "b.yaml" }, "b.yaml"],
    ["the usual name", undefined, {}, "understudy.yaml"],
    ["the usual name for an empty variable", undefined, { UNDERSTUDY_CONFIG: "" }, "understudy.yaml"],
  ])("by %s", (_name, flag, env, found) => {
    writeFileSync(join(folder, "understudy.yaml"), "");
    expect(findConfigFile({ flag, env, cwd: folder })).toBe(join(folder, found));
  });

  test("nowhere, if nothing names one and the usual one is missing", () => {
    expect(findConfigFile({ flag: undefined, env: {}, cwd: folder })).toBeUndefined();
  });
});

describe("reads the configuration file", () => {
  test("as UTF-8 without its byte order mark", () => {
    writeFileSync(join(folder, "a.yaml"), "\uFEFFgrüße: 1");
    expect(readConfigFile(join(folder, "a.yaml"))).toBe("grüße: 1");
  });

  test.each([
    ["is missing", undefined, "shown.yaml:1:1: the file cannot be read (ENOENT)"],
    ["is too large", "#".repeat(1024 * 1024 + 1), "shown.yaml:1:1: the file is larger than 1 MiB"],
    ["is not UTF-8", Buffer.from([0x61, 0xff]), "shown.yaml:1:1: the file is not UTF-8 text"],
  ])("and refuses one that %s", (_name, content, message) => {
    const path = join(folder, "a.yaml");
    if (content !== undefined) writeFileSync(path, content);
    expect(() => readConfigFile(path, "shown.yaml")).toThrow(ConfigError);
    expect(() => readConfigFile(path, "shown.yaml")).toThrow(message);
  });

  test("and refuses a directory", () => {
    expect(() => readConfigFile(folder, "shown.yaml")).toThrow("shown.yaml:1:1: this is a directory");
  });
});
