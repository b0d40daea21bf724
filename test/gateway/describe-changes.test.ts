import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ServerSchema } from "../../gen/ts/understudy/config/v1/config_pb.ts";
import { openConfigSource } from "../../src/gateway/config-source.ts";
import { describeChanges, describeRestart } from "../../src/gateway/describe-changes.ts";
import { loadSetup, type Setup } from "../../src/gateway/setup.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-changes-"));
const file = join(folder, "understudy.yaml");
afterAll(() => rmSync(folder, { recursive: true }));

const BEFORE = {
  require_approval: "off",
  providers: { p: { platform: "openai", api_key: "sk-secret-key-0001" } },
  routes: { a: { provider: "p", model: "gpt-5" }, b: { provider: "p", model: "gpt-5" } },
  workloads: { w: { primary: "a", backups: ["b"] } },
  callers: { app: { api_key: "key-of-the-app-0001" } },
  sample_sets: { s: { file: "s.jsonl" } },
};

async function setUp(config: object): Promise<Setup> {
  writeFileSync(file, JSON.stringify(config));

  return loadSetup(await openConfigSource(file));
}

async function compare(others: object): Promise<{ changes: string[]; restartNeeded: string[] }> {
  const before = await setUp(BEFORE);
  const after = await setUp({ ...BEFORE, ...others });
  return { changes: describeChanges(before, after), restartNeeded: describeRestart(before, after) };
}

test.each([
  ["nothing", {}, []],
  ["a provider", { providers: { p: { ...BEFORE.providers.p, api_version: "2" } } }, ["provider p: changed"]],
  ["a key", { providers: { p: { platform: "openai", api_key: "sk-secret-key-0002" } } }, ["provider p: changed"]],
  ["a route that came", { routes: { ...BEFORE.routes, c: BEFORE.routes.a } }, ["route c: added"]],
  [
    "a route that went",
    { routes: { a: BEFORE.routes.a }, workloads: { w: { primary: "a" } } },
    ["route b: removed", "workload w: changed"],
  ],
  ["a policy", { workloads: { w: { ...BEFORE.workloads.w, policy: { max_attempts: 2 } } } }, ["workload w: changed"]],
  ["a caller's key", { callers: { app: { api_key: "key-of-the-app-0002" } } }, ["caller app: changed"]],
  ["a sample set", { sample_sets: {} }, ["sample set s: removed"]],
  ["request routing", { request_routing: "any" }, ["request_routing: changed"]],
  ["the instruction", { continuation_instruction: "Go on." }, ["continuation_instruction: changed"]],
  ["the log", { log: { labels: ["team"] } }, ["log: changed"]],
  ["approvals", { require_approval: "warn", approvals: "x" }, ["require_approval: changed", "approvals: changed"]],
])("names what changed: %s", async (_, others, changes) => {
  const described = await compare(others);
  expect(described).toEqual({ changes, restartNeeded: [] });
  expect(JSON.stringify(described)).not.toMatch(/secret|key-of/);
});

/** A value other than the default for each field of the server. */
const SERVER: Readonly<Record<string, unknown>> = {
  listen: "127.0.0.1:9",
  cors_origins: ["https://app.example"],
  max_request_bytes: 2_048,
  max_buffered_bytes: 67_108_864,
  max_concurrent_calls: 7,
  max_streams_per_connection: 7,
  drain_timeout: "7s",
  lame_duck: "7s",
  client_stall_timeout: "7s",
  max_total_timeout: "7s",
  allowed_hosts: ["gateway.internal"],
};

const READ_ONCE = ["listen", "max_streams_per_connection"];

test.each(Object.entries(SERVER))("server.%s is in force at once, or needs a restart", async (field, value) => {
  const { changes, restartNeeded } = await compare({ server: { [field]: value } });
  const isReadOnce = READ_ONCE.includes(field);
  expect(changes).toEqual(isReadOnce ? [] : [`server.${field}: changed`]);
  expect(restartNeeded).toEqual(isReadOnce ? [`server.${field}`] : []);
});

test("every field of the server is one of these, but TLS", () => {
  const fields = ServerSchema.fields.map(({ name }) => name).filter((name) => name !== "tls");
  expect(fields.sort()).toEqual(Object.keys(SERVER).sort());
});
