import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Route as RouteDescription } from "../../gen/ts/understudy/v1/route_service_pb.ts";
import type { RouteOptions } from "../../src/route/create-route.ts";
import { createRouteTable, type RouteMaker, type RouteTable } from "../../src/route/route-table.ts";
import { standbyRoute } from "./standby-route.ts";

let table: RouteTable;
let closed: string[];

function makes(name: string, options: Partial<RouteOptions> = {}): RouteMaker {
  return (onChange) => standbyRoute({ name, onChange, closeUpstream: () => closed.push(name), ...options });
}

beforeEach(() => {
  vi.useFakeTimers();
  closed = [];
  table = createRouteTable({
    configured: new Map(["b", "a"].map((name) => [name, makes(name)])),
    onDemand: (provider, model) =>
      provider === "local" ? makes(`${provider}/${model}`, { provider, model }) : undefined,
  });
});
afterEach(() => {
  table.dispose();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function inUse(name: string): ReturnType<NonNullable<ReturnType<RouteTable["get"]>>["admit"]> | undefined {
  return table.get(name)?.admit({ maxWaitMs: 0, signal: new AbortController().signal });
}

async function read(watcher: AsyncIterator<RouteDescription[]>): Promise<string[] | undefined> {
  const next = await watcher.next();
  return next.done === true ? undefined : next.value.map((route) => route.name);
}

test("finds configured routes, and makes others from provider/model, split at the first slash", () => {
  expect(table.get("a")?.name).toBe("a");
  const made = table.get("local/org/llama-4");
  expect(made?.describe()).toMatchObject({ provider: "local", model: "org/llama-4" });
  expect(table.get("local/org/llama-4")).toBe(made);
});

test.each(["c", "other/model", "/model", "local/", "local", ""])("finds no route named %j", (name) => {
  expect(table.get(name)).toBeUndefined();
  expect(table.list()).toHaveLength(2);
});

test("lists the configured routes by name, then those on demand", () => {
  table.get("local/z");
  table.get("local/m");
  expect(table.list().map((route) => route.name)).toEqual(["a", "b", "local/m", "local/z"]);
});

test("closes the longest unused idle route when a 257th is asked for", () => {
  for (let model = 0; model < 256; model += 1) table.get(`local/${model}`);
  void inUse("local/0");
  table.get("local/1")?.coolDown(60_000, "answered 429");
  for (let model = 3; model < 256; model += 1) table.get(`local/${model}`);
  table.get("local/2");
  expect(table.get("local/new")).toBeDefined();
  expect(closed).toEqual(["local/3"]);
  expect(table.list()).toHaveLength(258);
});

test("lets resting routes live while others are idle", () => {
  table.get("local/0")?.coolDown(60_000, "answered 429");
  for (let model = 1; model <= 256; model += 1) table.get(`local/${model}`);
  expect(closed).toEqual(["local/1"]);
});

test("closes a resting route when no other is idle, and never one in use or isolated", async () => {
  for (let model = 0; model < 255; model += 1) await inUse(`local/${model}`);
  table.get("local/resting")?.coolDown(60_000, "answered 429");
  table.get("local/next")?.isolate("maintenance");
  expect(closed).toEqual(["local/resting"]);
  expect(table.get("local/more")).toBeUndefined();
  expect(table.list()).toHaveLength(258);
});

test("gives a watcher everything first, then what changed, each route once", async () => {
  const watcher = table.watch(new AbortController().signal)[Symbol.asyncIterator]();
  expect(await read(watcher)).toEqual(["a", "b"]);
  for (let change = 0; change < 5; change += 1) table.get("b")?.coolDown(1_000 * change, "answered 429");
  table.get("local/m");
  expect(await read(watcher)).toEqual(["b", "local/m"]);
  table.get("a")?.isolate("maintenance");
  const next = read(watcher);
  await vi.advanceTimersByTimeAsync(100);
  expect(await next).toEqual(["a"]);
});

test("waits a tenth of a second between two messages to a watcher", async () => {
  const watcher = table.watch(new AbortController().signal)[Symbol.asyncIterator]();
  await read(watcher);
  table.get("a")?.isolate("maintenance");
  await read(watcher);
  let told = false;
  const next = read(watcher).then(() => (told = true));
  table.get("b")?.isolate("maintenance");
  await vi.advanceTimersByTimeAsync(99);
  expect(told).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await next;
});

test("gives a watcher of some routes these only", async () => {
  const watcher = table.watch(new AbortController().signal, new Set(["b"]))[Symbol.asyncIterator]();
  expect(await read(watcher)).toEqual(["b"]);
  table.get("a")?.isolate("maintenance");
  const next = read(watcher);
  await vi.advanceTimersByTimeAsync(200);
  table.get("b")?.isolate("maintenance");
  await vi.advanceTimersByTimeAsync(200);
  expect(await next).toEqual(["b"]);
});

test.each([
  ["its signal is aborted", (call: AbortController) => call.abort()],
  ["the table is disposed of", () => table.dispose()],
])("ends a watcher when %s", async (_, end) => {
  const call = new AbortController();
  const watcher = table.watch(call.signal)[Symbol.asyncIterator]();
  await read(watcher);
  const next = read(watcher);
  end(call);
  expect(await next).toBeUndefined();
});

test("closes all upstreams when it is disposed of", () => {
  table.get("local/m");
  table.dispose();
  expect(closed.sort()).toEqual(["a", "b", "local/m"]);
});
