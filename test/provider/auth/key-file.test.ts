import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Authorization } from "../../../src/provider/auth/credential.ts";
import { KeyFile } from "../../../src/provider/auth/key-file.ts";
import { KeyFolder } from "./key-folder.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function opens(path: string): KeyFile {
  return new KeyFile({ providerName: "acme", path, auth: "bearer" });
}

const FIRST: Authorization = { kind: "authorized", headers: { authorization: "Bearer first-key" } };
const SECOND: Authorization = { kind: "authorized", headers: { authorization: "Bearer second-key" } };

test("reads the key without the line break behind it", async () => {
  using folder = new KeyFolder();
  expect(await opens(folder.writes("key", "first-key\r\n\n")).authorize()).toEqual(FIRST);
});

test("gives the key without a promise until a second has passed since the last look", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  await credential.authorize();
  folder.writes("key", "second-key");
  vi.advanceTimersByTime(999);
  expect(credential.authorize()).toEqual(FIRST);
  vi.advanceTimersByTime(1);
  const looking = credential.authorize();
  expect(looking).toBeInstanceOf(Promise);
  expect(await looking).toEqual(SECOND);
  expect(credential.authorize()).toEqual(SECOND);
});

test("looks once for all requests that wait", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  expect(credential.authorize()).toBe(credential.authorize());
  await credential.authorize();
});

test("goes on with the last key while a look hangs", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  await credential.authorize();
  vi.advanceTimersByTime(1000);
  const hanging = credential.authorize();
  vi.advanceTimersByTime(999);
  expect(credential.authorize()).toBe(hanging);
  vi.advanceTimersByTime(1);
  expect(credential.authorize()).toEqual(FIRST);
  await hanging;
});

test("sees a key of the same length by the time it was written", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  await credential.authorize();
  const { ino } = statSync(folder.writes("key", "other-key"));
  utimesSync(folder.at("key"), 2, 2);
  expect(statSync(folder.at("key")).ino).toBe(ino);
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual({ kind: "authorized", headers: { authorization: "Bearer other-key" } });
});

test("sees another file of the same length and time in its place", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  utimesSync(folder.at("key"), 2, 2);
  await credential.authorize();
  utimesSync(folder.writes("key.new", "other-key"), 2, 2);
  renameSync(folder.at("key.new"), folder.at("key"));
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual({ kind: "authorized", headers: { authorization: "Bearer other-key" } });
});

test("sees a key of another length that was written at the same time", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  utimesSync(folder.at("key"), 2, 2);
  await credential.authorize();
  folder.writes("key", "second-key");
  utimesSync(folder.at("key"), 2, 2);
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual(SECOND);
});

test("follows links that stay while the folder behind them is swapped, as Kubernetes mounts secrets", async () => {
  using folder = new KeyFolder();
  for (const [version, key] of [
    ["1", "first-key"],
    ["2", "second-key"],
  ] as const) {
    mkdirSync(folder.at(version));
    folder.writes(`${version}/key`, key);
    utimesSync(folder.at(`${version}/key`), 2, 2);
  }
  folder.links("..data", "1");
  const credential = opens(folder.links("key", "..data/key"));
  expect(await credential.authorize()).toEqual(FIRST);
  folder.links("..data", "2");
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual(SECOND);
});

test.each<[what: string, spoil: (folder: KeyFolder) => void]>([
  ["has vanished", (folder) => rmSync(folder.at("key"))],
  ["is empty", (folder) => folder.writes("key", "\n")],
  ["holds no key", (folder) => folder.writes("key", "two words")],
  ["is too large", (folder) => folder.writes("key", "x".repeat(16 * 1024 + 1))],
])("keeps the last key while the file %s, and takes the next good one", async (_, spoil) => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  await credential.authorize();
  spoil(folder);
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual(FIRST);
  credential.invalidate();
  expect(await credential.authorize()).toEqual(FIRST);
  folder.writes("key", "second-key");
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual(SECOND);
});

test("reads the file at once after a refusal, also if nothing tells that it changed", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "other-key"));
  utimesSync(folder.at("key"), 2, 2);
  await credential.authorize();
  folder.writes("key", "first-key");
  utimesSync(folder.at("key"), 2, 2);
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).not.toEqual(FIRST);
  credential.invalidate();
  expect(await credential.authorize()).toEqual(FIRST);
});

test("does not let a request that was refused share a look from before", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  const before = credential.authorize();
  credential.invalidate();
  expect(credential.authorize()).not.toBe(before);
  await before;
  await credential.authorize();
});

test("fails with provider and code, and neither path nor key, where there never was a key", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.at("sk-verysecret"));
  const message = "the key file of provider acme cannot be read (ENOENT)";
  expect(await credential.authorize()).toEqual({ kind: "failed", message });
  expect(credential.authorize()).toEqual({ kind: "failed", message });
  folder.writes("sk-verysecret", "very secret");
  vi.advanceTimersByTime(1000);
  const held = "the key file of provider acme holds white space or characters that no key has";
  expect(await credential.authorize()).toEqual({ kind: "failed", message: held });
  folder.writes("sk-verysecret", "first-key");
  vi.advanceTimersByTime(1000);
  expect(await credential.authorize()).toEqual(FIRST);
});

test("shows no key when it is printed", async () => {
  using folder = new KeyFolder();
  const credential = opens(folder.writes("key", "first-key"));
  await credential.authorize();
  expect(inspect(credential, { depth: 9, showHidden: true }) + JSON.stringify(credential)).not.toContain("first-key");
});
